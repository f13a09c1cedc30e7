namespace RfBroadcast;

/// <summary>Tells which connection the code that runs now acts for, so that "to others" can leave it out.</summary>
public interface ICurrentSender
{
    /// <summary>The connection's id, or null when nothing names one. Called while publishing; must not block.</summary>
    string? ConnectionId { get; }
}
