namespace RfBroadcast;

/// <summary>A broadcast made ready by the <see cref="BroadcastPipeline"/>: one message a channel, the JSON made once.</summary>
/// <param name="Messages">One message for each different channel.</param>
/// <param name="Direct">The message for one connection, when that is the target.</param>
public readonly record struct PreparedBroadcast(IReadOnlyList<BroadcastMessage> Messages, DirectMessage? Direct)
{
    /// <summary>Nothing to send.</summary>
    public static PreparedBroadcast Nothing { get; } = new([], null);
}
