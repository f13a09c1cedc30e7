namespace RfBroadcast;

/// <summary>A user on a presence channel, with the connections the user has there.</summary>
internal sealed class PresentUser(PresenceMember member)
{
    public PresenceMember Member { get; set; } = member;

    public HashSet<string> Connections { get; } = new(StringComparer.Ordinal);

    /// <summary>How often the user was waited for, so that an earlier grace period does not end a later one.</summary>
    public int Absences { get; set; }

    /// <summary>The grace period that runs since the last connection closed.</summary>
    public WheelEntry? Grace { get; set; }
}
