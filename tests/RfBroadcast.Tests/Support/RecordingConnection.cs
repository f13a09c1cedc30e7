using System.Text;

namespace RfBroadcast.Tests.Support;

/// <summary>A connection that decodes and keeps what it is sent. A test can make it fail or block.</summary>
internal sealed class RecordingConnection(string id, string? userId = null, LineProtocol? protocol = null) : IConnection
{
    private readonly Lock _gate = new();
    private readonly List<Frame> _frames = [];
    private readonly List<BatchSlice> _slices = [];
    private readonly List<(Func<IReadOnlyList<Frame>, bool> Condition, TaskCompletionSource Met)> _waiting = [];

    public string Id => id;

    public string? UserId => userId;

    public IWireProtocol Protocol { get; } = protocol ?? LineProtocol.Shared;

    /// <summary>Runs before anything is taken, on the caller's thread: to throw, or to block a pump.</summary>
    public Action? Sending { get; set; }

    /// <summary>As <see cref="Sending"/>, for control frames.</summary>
    public Action? SendingControl { get; set; }

    public Action? Closing { get; set; }

    /// <summary>What its subscriptions wait for before they are completed, with <see cref="BroadcasterExtensions.HoldByConnection"/>.</summary>
    public Task Room { get; set; } = Task.CompletedTask;

    public int? CloseCode { get; private set; }

    public int SendCalls { get; private set; }

    public IReadOnlyList<Frame> Frames
    {
        get
        {
            lock (_gate)
            {
                return [.. _frames];
            }
        }
    }

    public IReadOnlyList<BatchSlice> Slices
    {
        get
        {
            lock (_gate)
            {
                return [.. _slices];
            }
        }
    }

    public IReadOnlyList<Frame> Events => [.. Frames.Where(frame => frame.Kind == "event")];

    /// <summary>The data of all events, in order.</summary>
    public IReadOnlyList<string?> Data => [.. Events.Select(frame => frame.Data)];

    public IReadOnlyList<long> Offsets => [.. Events.Select(frame => frame.Offset)];

    /// <summary>Joins and leaves: <c>+7</c>, <c>-7</c>.</summary>
    public IReadOnlyList<string> Edges =>
        [.. Frames.Where(frame => frame.Kind is "joined" or "left").Select(frame => (frame.Kind == "joined" ? "+" : "-") + frame.Member)];

    public IReadOnlyList<string> Kinds => [.. Frames.Select(frame => frame.Kind)];

    public void Send(in BatchSlice frames)
    {
        SendCalls++;
        Sending?.Invoke();
        var decoded = new List<Frame>();
        for (var i = 0; i < frames.Count; i++)
        {
            var one = new BatchSlice(frames.Batch, frames.First + i, 1).Bytes.Span;
            decoded.Add(LineProtocol.Decode(one));
        }

        // The slice as a whole must be its frames, one after the other.
        var lines = Encoding.UTF8.GetString(frames.Bytes.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Should().HaveCount(frames.Count);
        frames.Bytes.Length.Should().Be(frames.Length);
        Take(decoded, frames);
    }

    public void SendControl(ReadOnlyMemory<byte> frame)
    {
        SendingControl?.Invoke();
        Take([LineProtocol.Decode(frame.Span)], slice: null);
    }

    public void Close(int code, string reason)
    {
        Closing?.Invoke();
        CloseCode ??= code;
    }

    /// <summary>Waits until what was sent meets a condition.</summary>
    public async Task<IReadOnlyList<Frame>> UntilAsync(Func<IReadOnlyList<Frame>, bool> condition)
    {
        Task met;
        lock (_gate)
        {
            if (condition(_frames))
            {
                return [.. _frames];
            }

            var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((condition, waiting));
            met = waiting.Task;
        }

        await met.WaitAsync(Wait.Limit);
        return Frames;
    }

    public Task<IReadOnlyList<Frame>> UntilEventsAsync(int count) =>
        UntilAsync(frames => frames.Count(frame => frame.Kind == "event") >= count);

    private void Take(List<Frame> frames, BatchSlice? slice)
    {
        lock (_gate)
        {
            _frames.AddRange(frames);
            if (slice is { } kept)
            {
                _slices.Add(kept);
            }

            foreach (var (_, met) in _waiting.Where(waiting => waiting.Condition(_frames)).ToList())
            {
                met.TrySetResult();
            }
        }
    }
}
