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

    /// <summary>Tells all publishers of the chain that it failed.</summary>
    public void FailAll(Exception fault)
    {
        var told = RedisFaults.Translate(fault, isWrite: true);
        for (var publish = this; publish is not null; publish = publish.Next)
        {
            publish.TrySetException(told);
        }
    }
}
