namespace RfBroadcast;

/// <summary>What became of a broadcast: accepted, in order, on these channels. It does not say that anybody received it.</summary>
/// <param name="Channels">
/// One entry per channel. Empty when the event went to one connection, to no channel, or when
/// <see cref="IEvent.BroadcastWhen"/> was false.
/// </param>
public sealed record BroadcastReceipt(IReadOnlyList<ChannelReceipt> Channels)
{
    /// <summary>The receipt of a broadcast that went to no channel.</summary>
    public static BroadcastReceipt Empty { get; } = new([]);
}
