namespace RfBroadcast;

/// <summary>An event for one connection alone, on no channel. Immutable.</summary>
/// <param name="ConnectionId">The connection it goes to.</param>
/// <param name="Event">The event's name.</param>
/// <param name="Data">The event's data: one JSON value as UTF-8.</param>
/// <param name="Timestamp">When it was published.</param>
public sealed record DirectMessage(string ConnectionId, string Event, ReadOnlyMemory<byte> Data, DateTimeOffset Timestamp);
