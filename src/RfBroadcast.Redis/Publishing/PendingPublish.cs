namespace RfBroadcast.Redis;

/// <summary>A message that waits to be accepted by Redis, and its publisher with it. A link of a chain: a batch is its first one.</summary>
internal sealed class PendingPublish(BroadcastMessage message, ItemKind kind, string? idempotencyKey)
    : TaskCompletionSource<ChannelReceipt>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public BroadcastMessage Message => message;

    public ItemKind Kind => kind;

    public string? IdempotencyKey => idempotencyKey;

    /// <summary>How many bytes its item has.</summary>
    public int Size { get; } = MessageItem.SizeOf(message);

    /// <summary>The next of the same chain.</summary>
    public PendingPublish? Next { get; set; }
}
