using RfBroadcast.Tests.Support;

namespace RfBroadcast.Tests;

/// <summary>
/// A client of one channel that remembers its position over its connections. From what it is sent alone it checks that it
/// has every message since it was last told where it starts, once and in order.
/// </summary>
internal sealed class RecoveringClient(Channel channel)
{
    private readonly List<Frame> _frames = [];
    private readonly List<string> _ids = [];
    private readonly List<string> _expected = [];
    private readonly HashSet<long> _got = [];
    private RecordingConnection? _connection;
    private int _taken;
    private long _start; // it must have all after this
    private bool _isNew; // the next "subscribed" is the answer to a subscription, not to a repeat

    public ChannelPosition? Position { get; private set; }

    public string? Id => _connection?.Id;

    public string? PreviousId { get; private set; }

    /// <summary>What the model says it is subscribed as; null when it is not.</summary>
    public ExpectedSubscription? Subscription { get; set; }

    public void Connect(RecordingConnection connection)
    {
        _connection = connection;
        _taken = 0;
        _ids.Add(connection.Id);
    }

    public void Disconnect()
    {
        PreviousId = Id;
        _connection = null;
        Subscription = null;
    }

    /// <summary>It asks for a subscription; a position other than its own is where it starts from.</summary>
    public void Asks(ChannelPosition? since)
    {
        _isNew = true;
        if (since is { } position && position != Position)
        {
            Start(position.Offset);
        }
    }

    public void Expect(Frame frame) => _expected.Add(Describe(frame));

    /// <summary>Takes what came, and compares it with the model and with itself.</summary>
    public void Look(HistoryTruth? history, bool isHeld)
    {
        if (_connection is null)
        {
            return;
        }

        foreach (var frame in _connection.Frames.Where(frame => frame.Channel == channel.WireName).Skip(_taken))
        {
            _taken++;
            _frames.Add(frame);
            Take(frame);
        }

        _frames.Select(Describe).Should().Equal(_expected, $"that is what {Id} must be sent on {channel}");
        if (history is not null && Subscription is not null && !isHeld)
        {
            var missing = history.All.Where(message => message.Offset > _start && !_got.Contains(message.Offset) && (message.Except is null || !_ids.Contains(message.Except)));
            missing.Should().BeEmpty($"{Id} was never told of a gap on {channel}");
        }
    }

    private static string Describe(Frame frame) => frame.Kind == "event"
        ? $"{frame.Offset} {frame.Data}"
        : $"{frame.Kind} {frame.Epoch}:{frame.Offset} recovered {frame.Recovered} {frame.Failure} {frame.Code}";

    private void Start(long offset)
    {
        _start = offset;
        _got.Clear();
        Position = null;
    }

    private void Take(Frame frame)
    {
        if (frame is { Kind: "subscribed", Epoch: not null })
        {
            if ((_isNew && frame.Recovered != true) || frame.Recovered == false)
            {
                Start(frame.Offset);
            }

            _isNew = false;
            Reach(frame.Epoch, frame.Offset);
        }
        else if (frame is { Kind: "event", Offset: > 0 })
        {
            _got.Add(frame.Offset).Should().BeTrue($"{frame.Offset} comes once");
            Reach(Position!.Value.Epoch, frame.Offset); // no event comes before "subscribed"
        }
    }

    private void Reach(string epoch, long offset) => Position = new ChannelPosition(epoch, Math.Max(offset, Position?.Offset ?? 0));
}

/// <summary>A subscription as the model knows it.</summary>
internal sealed class ExpectedSubscription
{
    /// <summary>The newest message it has, or was told that it has.</summary>
    public long Offset { get; set; }

    /// <summary>What it is being completed with; null when it is live.</summary>
    public HeldSubscription? Held { get; set; }
}

/// <summary>A subscription that somebody completes by hand.</summary>
internal sealed class HeldSubscription(PendingSubscription pending, SubscribeRequest request)
{
    public PendingSubscription Pending => pending;

    public SubscribeRequest Request => request;

    public List<ToldMessage> Kept { get; } = [];

    public int KeptBytes { get; set; }

    /// <summary>How many repeats are to be answered with it.</summary>
    public int Repeats { get; set; }

    /// <summary>What was read of the history, really and in the model.</summary>
    public (SubscriptionStart Start, ExpectedStart Expected)? Read { get; set; }
}
