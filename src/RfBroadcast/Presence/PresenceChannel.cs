namespace RfBroadcast;

/// <summary>The members of one presence channel in this process. All of it is guarded by <see cref="Gate"/>.</summary>
internal sealed class PresenceChannel
{
    private readonly Dictionary<string, PresentUser> _users = new(StringComparer.Ordinal);

    /// <summary>Held while an edge gets its revision and is posted, so that both are in one order.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The revision of the last edge.</summary>
    public long Revision { get; set; }

    public bool IsForgotten { get; set; }

    public bool IsEmpty => _users.Count == 0;

    public PresentUser? Find(string userId) => _users.GetValueOrDefault(userId);

    public void Add(PresentUser user) => _users.Add(user.Member.UserId, user);

    public void Remove(PresentUser user) => _users.Remove(user.Member.UserId);

    /// <summary>The members, oldest first.</summary>
    public PresenceMember[] Members() =>
        [.. _users.Values.Select(user => user.Member).OrderBy(member => member.JoinedAt).ThenBy(member => member.UserId, StringComparer.Ordinal)];
}
