namespace RfBroadcast.Testing;

/// <summary>A client's connection that keeps what it is sent. Thread-safe.</summary>
internal sealed class CaseConnection(string id, string? userId, TimeSpan patience) : IConnection
{
    private readonly Lock _gate = new();
    private readonly List<SeenFrame> _frames = [];
    private readonly List<(Func<IReadOnlyList<SeenFrame>, bool> Condition, TaskCompletionSource Met)> _waiting = [];
    private readonly TaskCompletionSource<int> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Id => id;

    public string? UserId => userId;

    public IWireProtocol Protocol => CaseProtocol.Shared;

    public IReadOnlyList<SeenFrame> Frames
    {
        get
        {
            lock (_gate)
            {
                return [.. _frames];
            }
        }
    }

    /// <summary>The events so far.</summary>
    public IReadOnlyList<SeenFrame> Events => [.. Frames.Where(frame => frame.Kind == "event")];

    /// <summary>Their data, as JSON.</summary>
    public IReadOnlyList<string> Data => [.. Events.Select(frame => frame.Data ?? "")];

    public IReadOnlyList<long> Offsets => [.. Events.Select(frame => frame.Offset)];

    /// <summary>Joins and leaves, <c>+ada</c> and <c>-ada</c>, without those that only mark a place.</summary>
    public IReadOnlyList<string> Edges =>
        [.. Frames.Where(frame => frame.Kind is "joined" or "left" && !Marker.Is(frame.UserId)).Select(frame => (frame.Kind == "joined" ? "+" : "-") + frame.UserId)];

    /// <summary>What it was told when it was subscribed last.</summary>
    public SeenFrame Subscribed => Frames.LastOrDefault(frame => frame.Kind == "subscribed")
        ?? throw new CheckException($"Expected: connection {id} is told that it is subscribed; it saw {Check.Show(Kinds)}.");

    public IReadOnlyList<string> Kinds => [.. Frames.Select(frame => frame.Kind)];

    public void Send(in BatchSlice frames)
    {
        var read = new List<SeenFrame>(frames.Count);
        for (var i = 0; i < frames.Count; i++)
        {
            read.Add(CaseProtocol.Read(new BatchSlice(frames.Batch, frames.First + i, 1).Bytes.Span));
        }

        Take(read);
    }

    public void SendControl(ReadOnlyMemory<byte> frame) => Take([CaseProtocol.Read(frame.Span)]);

    public void Close(int code, string reason) => _closed.TrySetResult(code);

    /// <summary>Waits until what was sent meets a condition.</summary>
    public async Task UntilAsync(Func<IReadOnlyList<SeenFrame>, bool> condition, string expectation)
    {
        Task met;
        lock (_gate)
        {
            if (condition(_frames))
            {
                return;
            }

            var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((condition, waiting));
            met = waiting.Task;
        }

        try
        {
            await met.WaitAsync(patience, TimeProvider.System).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new CheckException($"Expected within {patience}: connection {id} {expectation}; it saw {Check.Show(Frames.Select(Summary))}.");
        }
    }

    /// <summary>Waits for as many events, and expects these data, as JSON, and no other before them.</summary>
    public async Task GetsAsync(params string[] data)
    {
        await UntilEventsAsync(data.Length).ConfigureAwait(false);
        Check.Sequence(data, Data, $"the data of the events that connection {id} gets");
    }

    /// <summary>Waits for as many events, and expects the offsets from first to last.</summary>
    public async Task GetsOffsetsAsync(long first, long last)
    {
        await UntilEventsAsync((int)(last - first + 1)).ConfigureAwait(false);
        Check.Range(first, last, Offsets, $"the offsets of the events that connection {id} gets");
    }

    public Task UntilEventsAsync(int count) =>
        UntilAsync(frames => frames.Count(frame => frame.Kind == "event") >= count, $"gets {count} events");

    /// <summary>Waits for as many joins and leaves, and expects these: <c>+ada</c>, <c>-ada</c>.</summary>
    public async Task SeesEdgesAsync(params string[] edges)
    {
        await UntilAsync(
            frames => frames.Count(frame => frame.Kind is "joined" or "left" && !Marker.Is(frame.UserId)) >= edges.Length,
            $"sees {Check.Show(edges)}").ConfigureAwait(false);
        Check.Sequence(edges, Edges, $"the joins and leaves that connection {id} sees");
    }

    /// <summary>Waits until it is closed; gives the code.</summary>
    public async Task<int> ClosedAsync()
    {
        try
        {
            return await _closed.Task.WaitAsync(patience, TimeProvider.System).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new CheckException($"Expected within {patience}: connection {id} is closed.");
        }
    }

    private static string Summary(SeenFrame frame) => $"{frame.Kind} {frame.Event ?? frame.UserId} {Check.Show(frame.Data ?? "")}";

    private void Take(List<SeenFrame> frames)
    {
        lock (_gate)
        {
            _frames.AddRange(frames);
            for (var i = _waiting.Count - 1; i >= 0; i--)
            {
                if (_waiting[i].Condition(_frames))
                {
                    _waiting[i].Met.TrySetResult();
                    _waiting.RemoveAt(i);
                }
            }
        }
    }
}
