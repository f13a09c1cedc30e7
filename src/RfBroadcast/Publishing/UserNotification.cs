namespace RfBroadcast;

/// <summary>The data of the event <c>notification</c> on a user's own channel.</summary>
/// <param name="Title">A short text.</param>
/// <param name="Message">The text.</param>
/// <param name="ActionUrl">Where a click leads; null for nowhere.</param>
public sealed record UserNotification(string Title, string Message, string? ActionUrl)
{
    /// <summary>The name of the event.</summary>
    public const string EventName = "notification";
}
