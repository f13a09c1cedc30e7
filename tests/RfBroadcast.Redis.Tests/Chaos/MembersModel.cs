namespace RfBroadcast.Redis.Tests.Chaos;

/// <summary>
/// What one connection may see of one presence channel: a snapshot with its own user, then joins of those who are not there and leaves of those who are. What is not so is a
/// finding; what it makes of it is its union, which must equal the truth at quiet points.
/// </summary>
/// <param name="who">Which client and channel, for the findings.</param>
/// <param name="findings">Where they go.</param>
internal sealed class MembersModel(string who, Findings findings)
{
    private const int TrailLength = 30;

    private readonly Queue<string> _trail = new();
    private readonly SortedSet<string> _members = new(StringComparer.Ordinal);

    /// <summary>Who is there, as far as the client was told.</summary>
    public IReadOnlyCollection<string> Members => _members;

    /// <summary>The members in the answer to a subscription.</summary>
    public void Snapshot(string self, IEnumerable<string> members)
    {
        _members.Clear();
        foreach (var member in members)
        {
            if (!_members.Add(member))
            {
                Find($"{member} is twice in a snapshot");
            }
        }

        Note("= " + string.Join(' ', _members));
        if (!_members.Contains(self))
        {
            Find($"a snapshot without {self}, whose it is");
        }
    }

    /// <summary>A join.</summary>
    public void Joined(string member)
    {
        Note("+" + member);
        if (!_members.Add(member))
        {
            Find($"{member} joined, being there");
        }
    }

    /// <summary>A leave.</summary>
    public void Left(string member)
    {
        Note("-" + member);
        if (!_members.Remove(member))
        {
            Find($"{member} left, not being there");
        }
    }

    public override string ToString() => $"{who}: {string.Join(' ', _members)}; {string.Join(" | ", _trail)}";

    private void Find(string what) => findings.Add($"{what}; {this}");

    private void Note(string what)
    {
        _trail.Enqueue($"{DateTime.UtcNow:HH:mm:ss.fff} {what}");
        if (_trail.Count > TrailLength)
        {
            _trail.Dequeue();
        }
    }
}
