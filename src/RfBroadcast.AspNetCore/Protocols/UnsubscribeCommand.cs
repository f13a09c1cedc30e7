namespace RfBroadcast.AspNetCore;

/// <summary>Unsubscribe from a channel.</summary>
internal sealed record UnsubscribeCommand(string? RequestId, string Channel) : ClientCommand(RequestId);
