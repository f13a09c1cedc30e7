namespace RfBroadcast;

/// <summary>What became of a broadcast on one channel.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Position">Where in the channel's history it stands; null on a channel without history.</param>
/// <param name="LocalSubscribers">How many connections were subscribed on this node when it was accepted.</param>
public sealed record ChannelReceipt(Channel Channel, ChannelPosition? Position, int LocalSubscribers);
