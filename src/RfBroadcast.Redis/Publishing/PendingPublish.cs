namespace RfBroadcast.Redis;

/// <summary>
/// One message on its way to Redis, and who waits for its receipt. It is a link of a chain: of what waits in a line, then of the messages of one channel
/// in a command (a run), whose runs are a chain of their own.
/// </summary>
/// <param name="target">The channel it goes to, which is held until its outcome is known.</param>
/// <param name="message">The message.</param>
/// <param name="idempotencyKey">What makes repeating it safe, or null.</param>
/// <param name="since">Since when its publisher waits; a timestamp.</param>
internal sealed class PendingPublish(PublishedChannel target, BroadcastMessage message, string? idempotencyKey, long since)
    : TaskCompletionSource<BroadcastReceipt>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public PublishedChannel Target => target;

    public BroadcastMessage Message => message;

    public ItemKind Kind { get; } = target.Settings.KeepsHistory && !message.IsClientEvent ? ItemKind.Kept : ItemKind.Passing;

    public string? IdempotencyKey => idempotencyKey;

    public long Since => since;

    /// <summary>How many bytes its item has.</summary>
    public int Size { get; } = MessageItem.SizeOf(message);

    /// <summary>Whether it is all of its broadcast, which has been accepted then when it is.</summary>
    public bool IsWhole { get; init; }

    /// <summary>The next of the same chain.</summary>
    public PendingPublish? Next { get; set; }

    /// <summary>Of a run's first: the first of the next run.</summary>
    public PendingPublish? NextRun { get; set; }

    /// <summary>How many messages the run has, and how many of them have an idempotency key.</summary>
    public (int All, int WithKey) Count()
    {
        var all = 0;
        var withKey = 0;
        for (var publish = this; publish is not null; publish = publish.Next)
        {
            all++;
            withKey += publish.IdempotencyKey is null ? 0 : 1;
        }

        return (all, withKey);
    }

    /// <summary>Whether a message of the run has an idempotency key.</summary>
    public bool HasKeys() => Count().WithKey > 0;

    /// <summary>Tells its publisher that it was accepted.</summary>
    public void Accept(BroadcastReceipt receipt)
    {
        if (TrySetResult(receipt))
        {
            target.Leave();
        }
    }

    /// <summary>Tells the first publisher of the chain that it failed, and the next ones as far as they have waited as long.</summary>
    /// <returns>The rest of the chain.</returns>
    public PendingPublish? FailOlder(long since, Exception fault)
    {
        var told = RedisFaults.Translate(fault, isWrite: true);
        var publish = this;
        do
        {
            publish.Fail(told);
            publish = publish.Next;
        }
        while (publish is not null && publish.Since <= since);

        return publish;
    }

    /// <summary>Tells all publishers of the chain, or the run, that it failed.</summary>
    public void FailAll(Exception fault)
    {
        var told = RedisFaults.Translate(fault, isWrite: true);
        for (var publish = this; publish is not null; publish = publish.Next)
        {
            publish.Fail(told);
        }
    }

    /// <summary>Tells all publishers of this run and of those after it that they failed.</summary>
    public void FailRuns(Exception fault)
    {
        for (var run = this; run is not null; run = run.NextRun)
        {
            run.FailAll(fault);
        }
    }

    /// <summary>
    /// Puts the messages of each channel together, in their order; the runs are in the order of their first messages. To be called once for a chain,
    /// by who issues: it marks the channels meanwhile.
    /// </summary>
    /// <returns>The first run, which begins with this message.</returns>
    public PendingPublish GatherRuns()
    {
        var lastRun = this;
        target.LastInRun = this;
        for (var publish = Next; publish is not null;)
        {
            var next = publish.Next;
            publish.Next = null;
            var channel = publish.Target;
            if (channel.LastInRun is { } last)
            {
                last.Next = publish;
            }
            else
            {
                lastRun.NextRun = publish;
                lastRun = publish;
            }

            channel.LastInRun = publish;
            publish = next;
        }

        // What was next to the last of each run belongs to another one.
        for (var run = this; run is not null; run = run.NextRun)
        {
            run.Target.LastInRun!.Next = null; // marked above
            run.Target.LastInRun = null;
        }

        return this;
    }

    private void Fail(BroadcasterUnavailableException fault)
    {
        if (TrySetException(fault))
        {
            target.Leave();
        }
    }
}
