namespace RfBroadcast.Tests;

public sealed class HookDispatcherTests
{
    private static readonly Channel News = Channel.Public("news");

    [Fact]
    public async Task Hooks_OfOneConnection_AreCalledInOrder()
    {
        var hook = new Recorder();
        await using var dispatcher = new HookDispatcher([hook]);
        var connection = new RecordingConnection("1", "ada");

        dispatcher.Connected(connection);
        for (var i = 0; i < 200; i++)
        {
            dispatcher.Subscribed(connection, Channel.Public($"c{i}"));
        }

        dispatcher.Disconnected(connection);
        await Wait.UntilAsync(() => hook.Calls.Contains("-1"), "the connection has gone");

        hook.Calls.Should().Equal(["+1", .. Enumerable.Range(0, 200).Select(i => $"c{i}"), "-1"]);
    }

    [Fact]
    public async Task Hooks_OneThrows_IsLoggedAndTheOthersAreCalled()
    {
        var logger = new RecordingLogger<HookDispatcher>();
        var hook = new Recorder();
        await using var dispatcher = new HookDispatcher([new Recorder { Fault = new InvalidOperationException("mine") }, hook], logger);

        dispatcher.Subscribed(new RecordingConnection("1"), News);
        await Wait.UntilAsync(() => hook.Calls.Count == 1, "the other hook was called");
        await Wait.UntilAsync(() => logger.Entries.Count > 0, "the fault is logged");

        logger.Entries.Should().ContainSingle();
    }

    [Fact]
    public async Task DisposeAsync_HookRuns_WaitsForItAndStartsNoOther()
    {
        var release = new TaskCompletionSource();
        var hook = new Recorder { Until = release.Task };
        var dispatcher = new HookDispatcher([hook]);
        var connection = new RecordingConnection("1");
        dispatcher.Connected(connection);
        dispatcher.Subscribed(connection, News);
        await Wait.UntilAsync(() => hook.Calls.Count == 1, "the first runs");

        var disposing = dispatcher.DisposeAsync().AsTask();
        disposing.IsCompleted.Should().BeFalse();
        release.SetResult();
        await disposing.InTimeAsync();

        hook.Calls.Should().Equal("+1");
        dispatcher.Connected(new RecordingConnection("2"));
        hook.Calls.Should().HaveCount(1);
    }

    [Fact]
    public async Task Hooks_OneHangs_TheOthersOfThatConnectionAreCalled()
    {
        var release = new TaskCompletionSource();
        var (hangs, hook) = (new Recorder { Until = release.Task }, new Recorder());
        await using var dispatcher = new HookDispatcher([hangs, hook]);
        var connection = new RecordingConnection("1");

        dispatcher.Connected(connection);
        dispatcher.Subscribed(connection, News);
        dispatcher.Disconnected(connection);
        await Wait.UntilAsync(() => hook.Calls.Count == 3 && hangs.Calls.Count == 1, "the other hook was told all, and the one that hangs has begun");

        hook.Calls.Should().Equal("+1", "news", "-1");
        hangs.Calls.Should().Equal("+1");
        release.SetResult();
    }

    [Fact]
    public async Task Hooks_OneHangsWhileAClientComesAndGoes_KeepsOnlySoMuch()
    {
        var release = new TaskCompletionSource();
        var hook = new Recorder { Until = release.Task };
        await using var dispatcher = new HookDispatcher([hook]);
        var connection = new RecordingConnection("1");
        for (var i = 0; i < 30_000; i++)
        {
            dispatcher.Subscribed(connection, News);
        }

        dispatcher.Disconnected(connection);
        release.SetResult();
        await Wait.UntilAsync(() => hook.Calls.Contains("-1"), "the end is told whatever else is not");

        hook.Calls.Should().HaveCountLessThan(10_003);
    }

    [Fact]
    public async Task DisposeAsync_HookHangs_IsGivenUp()
    {
        var time = new ManualTimeProvider();
        var logger = new RecordingLogger<HookDispatcher>();
        var hook = new Recorder { Until = new TaskCompletionSource().Task };
        var dispatcher = new HookDispatcher([hook], logger, time);
        dispatcher.Connected(new RecordingConnection("1"));
        await Wait.UntilAsync(() => hook.Calls.Count == 1, "it runs");

        var disposing = dispatcher.DisposeAsync().AsTask();
        time.Advance(TimeSpan.FromSeconds(4));
        disposing.IsCompleted.Should().BeFalse();
        time.Advance(TimeSpan.FromSeconds(1));
        await disposing.InTimeAsync();

        logger.Entries.Should().ContainSingle();
    }

    private sealed class Recorder : IBroadcastHooks
    {
        private readonly Lock _gate = new();
        private readonly List<string> _calls = [];

        public Exception? Fault { get; init; }

        public Task Until { get; init; } = Task.CompletedTask;

        public IReadOnlyList<string> Calls
        {
            get
            {
                lock (_gate)
                {
                    return [.. _calls];
                }
            }
        }

        public ValueTask ConnectedAsync(Client client, CancellationToken cancellationToken) => Add($"+{client.ConnectionId}");

        public ValueTask DisconnectedAsync(Client client, CancellationToken cancellationToken) => Add($"-{client.ConnectionId}");

        public ValueTask SubscribedAsync(Client client, Channel channel, CancellationToken cancellationToken) => Add(channel.WireName);

        private ValueTask Add(string call)
        {
            lock (_gate)
            {
                _calls.Add(call);
            }

            return Fault is null ? new ValueTask(Until) : ValueTask.FromException(Fault);
        }
    }
}
