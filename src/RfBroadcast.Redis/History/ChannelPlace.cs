namespace RfBroadcast.Redis;

/// <summary>A channel with its keys and settings, and what this node has seen of it.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Keys">Its keys.</param>
/// <param name="Settings">Its settings.</param>
/// <param name="SeenEpoch">The epoch that was seen last; empty when none was.</param>
/// <param name="SeenOrder">The highest order that was seen in it.</param>
/// <param name="IsServerNew">Whether the server may be another one than the one it was seen on, so that the two are compared whenever they were compared last.</param>
internal readonly record struct ChannelPlace(
    Channel Channel,
    ChannelKeys Keys,
    ChannelSettings Settings,
    string SeenEpoch = "",
    long SeenOrder = 0,
    bool IsServerNew = false);
