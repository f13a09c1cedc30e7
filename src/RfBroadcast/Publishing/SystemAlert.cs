namespace RfBroadcast;

/// <summary>The data of the event <c>system.alert</c> on the public channel <see cref="BroadcastOptions.SystemAlertsChannel"/>.</summary>
/// <param name="Level">How grave it is, in the app's own words: <c>info</c>, <c>warning</c>.</param>
/// <param name="Message">The text.</param>
/// <param name="ActionRequired">Whether the reader has to do something.</param>
public sealed record SystemAlert(string Level, string Message, bool ActionRequired)
{
    /// <summary>The name of the event.</summary>
    public const string EventName = "system.alert";
}
