namespace RfBroadcast.AspNetCore;

/// <summary>Subscribe to a channel.</summary>
internal sealed record SubscribeCommand(string? RequestId, string Channel, ChannelPosition? Since, string? PreviousConnectionId, int Last)
    : ClientCommand(RequestId);
