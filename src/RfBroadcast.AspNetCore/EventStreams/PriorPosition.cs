namespace RfBroadcast.AspNetCore;

/// <summary>Where a client of an event stream was on one channel.</summary>
/// <param name="Position">The position.</param>
/// <param name="ConnectionId">The connection it had there: messages that left that one out are not replayed. Null when not known.</param>
internal readonly record struct PriorPosition(ChannelPosition Position, string? ConnectionId);
