namespace RfBroadcast.Redis;

/// <summary>A channel with its keys and settings, and the highest order this node has seen of it (none: an empty epoch).</summary>
internal readonly record struct ChannelPlace(Channel Channel, ChannelKeys Keys, ChannelSettings Settings, string SeenEpoch = "", long SeenOrder = 0);
