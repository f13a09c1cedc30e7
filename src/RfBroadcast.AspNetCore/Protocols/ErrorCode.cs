namespace RfBroadcast.AspNetCore;

/// <summary>The error codes of the native protocol (docs/protocol.md).</summary>
internal static class ErrorCode
{
    public const string BadMessage = "bad_message";
    public const string InvalidChannel = "invalid_channel";
    public const string Forbidden = "forbidden";
    public const string Unauthenticated = "unauthenticated";
    public const string NotSubscribed = "not_subscribed";
    public const string ClientEventsOff = "client_events_off";
    public const string InvalidEvent = "invalid_event";
    public const string TooLarge = "too_large";
    public const string RateLimited = "rate_limited";
    public const string TooManyChannels = "too_many_channels";
    public const string Unavailable = "unavailable";
    public const string Internal = "internal";
}
