namespace RfBroadcast;

/// <summary>Where in a channel's history a client is.</summary>
/// <param name="Epoch">Names the history; it changes when the store is lost.</param>
/// <param name="Offset">The last message seen; 0 before the first one.</param>
public readonly record struct ChannelPosition(string Epoch, long Offset);
