namespace RfBroadcast.Redis;

/// <summary>
/// The members of one presence channel as this node knows them, from a reading and the edges after it; snapshots for subscribers
/// come from here, so that subscribing asks nothing of Redis that grows with the members. Guarded by the feed's lock.
/// </summary>
internal sealed class PresenceView
{
    private static readonly Comparer<PresenceMember> OldestFirst = Comparer<PresenceMember>.Create(static (a, b) =>
        a.JoinedAt.CompareTo(b.JoinedAt) is var byTime && byTime != 0 ? byTime : string.CompareOrdinal(a.UserId, b.UserId));

    private readonly Dictionary<string, PresenceMember> _members = new(StringComparer.Ordinal);
    private readonly List<PresenceMember> _sorted = [];

    /// <summary>The revision of the last edge, by this node's own count.</summary>
    public long Revision { get; set; }

    /// <summary>The members, oldest first.</summary>
    public PresenceMember[] Members() => [.. _sorted];

    public bool Has(string userId) => _members.ContainsKey(userId);

    /// <summary>Adds a member, or changes what is shown of one.</summary>
    /// <returns>Whether it is a new one.</returns>
    public bool Put(PresenceMember member)
    {
        var isNew = !_members.Remove(member.UserId, out var before);
        if (before is not null)
        {
            _sorted.RemoveAt(_sorted.BinarySearch(before, OldestFirst));
        }

        _members.Add(member.UserId, member);
        _sorted.Insert(~_sorted.BinarySearch(member, OldestFirst), member);
        return isNew;
    }

    /// <summary>Takes a member off; null when there was none.</summary>
    public PresenceMember? Remove(string userId)
    {
        if (!_members.Remove(userId, out var member))
        {
            return null;
        }

        _sorted.RemoveAt(_sorted.BinarySearch(member, OldestFirst));
        return member;
    }

    /// <summary>Those who are not among these.</summary>
    public List<PresenceMember> Without(IReadOnlySet<string> userIds) => _sorted.FindAll(member => !userIds.Contains(member.UserId));
}
