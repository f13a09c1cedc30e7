namespace RfBroadcast;

/// <summary>Who may subscribe to a <see cref="Channel"/>, and whether its subscribers see each other.</summary>
public enum ChannelKind
{
    /// <summary>Anybody may subscribe. The wire name is the bare name.</summary>
    Public,

    /// <summary>Only authorized connections may subscribe. The wire name starts with <c>private-</c>.</summary>
    Private,

    /// <summary>Like <see cref="Private"/>, and every subscriber is a member the others see. The wire name starts with <c>presence-</c>.</summary>
    Presence,
}
