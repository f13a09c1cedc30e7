using RfBroadcast.Tests.Support;

namespace RfBroadcast.Tests;

/// <summary>
/// Tabs of four users on three presence channels: each step is done to the broadcaster and to the truth, and then every
/// subscribed client must have seen what is so.
/// </summary>
internal sealed class PresenceModel : IDisposable
{
    public const int Tabs = 8;
    private const int WithoutSocket = 7; // this tab is an id without a socket
    private static readonly string[] Users = ["ada", "bob", "cy", "dee"];
    public static readonly Channel[] Channels = [Channel.Presence("a"), Channel.Presence("b"), Channel.Presence("c")];

    private readonly ManualTimeProvider _time = new();
    private readonly MemoryBroadcaster _broadcaster;
    private readonly Tab?[] _tabs = new Tab?[Tabs];
    private readonly Dictionary<string, PresenceTruth> _truth = Channels.ToDictionary(channel => channel.WireName, _ => new PresenceTruth());
    private int _connections;

    public PresenceModel() =>
        _broadcaster = new MemoryBroadcaster(new BroadcastOptions { PresenceGrace = PresenceTruth.Grace }, _time).HoldByConnection();

    private LocalHub Hub => _broadcaster.Hub;

    public void Dispose() => _broadcaster.Dispose();

    public async Task DoAsync(PresenceStep step)
    {
        var tab = _tabs[step.Tab];
        var channel = Channels[step.Channel];
        switch (step.Action)
        {
            case PresenceAction.Join:
                await JoinAsync(tab ?? Connect(step.Tab), channel);
                break;
            case PresenceAction.Hold when tab is { Socket: not null, Held: null }:
                tab.Socket.Room = (tab.Held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
                break;
            case PresenceAction.Release when tab is not null:
                await ReleaseAsync(tab);
                break;
            case PresenceAction.Leave when tab is not null:
                await EndAsync(tab, channel, default);
                break;
            case PresenceAction.Revoke when tab is not null:
                await EndAsync(tab, channel, UnsubscribeReason.Revoked);
                break;
            case PresenceAction.Expire when tab is not null:
                await EndAsync(tab, channel, step.Tenths % 2 == 0 ? UnsubscribeReason.GrantExpired : UnsubscribeReason.Gap);
                break;
            case PresenceAction.Close or PresenceAction.Disconnect when tab is not null:
                await CloseAsync(step.Tab, tab, atOnce: step.Action == PresenceAction.Disconnect);
                break;
            case PresenceAction.Reload when tab is not null:
                await ReloadAsync(step, tab);
                break;
            case PresenceAction.Wait:
                Advance(step.Tenths);
                break;
        }

        await LookAsync();
    }

    /// <summary>Closes all, and nothing is left.</summary>
    public async Task EndAsync()
    {
        for (var i = 0; i < Tabs; i++)
        {
            if (_tabs[i] is { } tab)
            {
                await CloseAsync(i, tab, atOnce: false);
            }
        }

        Advance(40);
        await LookAsync();
        await Wait.UntilAsync(() => Hub is { ConnectionCount: 0, ChannelCount: 0 }, "the hub is empty");
        _broadcaster.Presence.ChannelCount.Should().Be(0);
        _time.RunningTimers.Should().Be(0);
    }

    private Tab Connect(int place)
    {
        var user = Users[place % Users.Length];
        var id = $"{++_connections}.{place}";
        return _tabs[place] = new Tab(id, user, place == WithoutSocket ? null : Hub.Connect(id, user));
    }

    private async Task JoinAsync(Tab tab, Channel channel)
    {
        var request = new SubscribeRequest { ConnectionId = tab.Id, HasSocket = tab.Socket is not null, Channel = channel, UserId = tab.User };
        tab.Asked.Add(_broadcaster.SubscribeAsync(request).AsTask());
        tab.Subscriptions.TryAdd(channel.WireName, new Expected());
        tab.Subscriptions[channel.WireName].IsHeld = true;
        if (tab.Held is null)
        {
            await ReleaseAsync(tab);
        }
    }

    private async Task ReleaseAsync(Tab tab)
    {
        await tab.FinishAsync();
        foreach (var channel in Channels)
        {
            if (!tab.Subscriptions.TryGetValue(channel.WireName, out var subscription) || !subscription.IsHeld)
            {
                continue;
            }

            if (_truth[channel.WireName].Add(tab.User, tab.Id))
            {
                Expect(channel, "+" + tab.User);
            }

            // It has been given a new snapshot.
            subscription.IsHeld = false;
            subscription.IsLive = true;
            subscription.Edges.Clear();
        }
    }

    private async Task EndAsync(Tab tab, Channel channel, UnsubscribeReason reason)
    {
        var isThere = tab.Subscriptions.ContainsKey(channel.WireName);
        (await _broadcaster.UnsubscribeAsync(tab.Id, channel, reason).InTimeAsync()).Should().Be(isThere);
        Forget(tab, channel, atOnce: reason.Code < 2500);
    }

    private async Task CloseAsync(int place, Tab tab, bool atOnce)
    {
        await _broadcaster.RemoveConnectionAsync(tab.Id, atOnce).InTimeAsync();
        await tab.FinishAsync();
        Array.ForEach(Channels, channel => Forget(tab, channel, atOnce));
        _tabs[place] = null;
    }

    private async Task ReloadAsync(PresenceStep step, Tab tab)
    {
        var channels = Channels.Where(channel => tab.Subscriptions.ContainsKey(channel.WireName)).ToList();
        await CloseAsync(step.Tab, tab, atOnce: false);
        Advance(step.Tenths % 30);
        var back = Connect(step.Tab);
        foreach (var channel in channels)
        {
            await JoinAsync(back, channel);
        }
    }

    private void Forget(Tab tab, Channel channel, bool atOnce)
    {
        if (tab.Subscriptions.Remove(channel.WireName, out var ended)
            && ended.IsLive
            && _truth[channel.WireName].Remove(tab.User, tab.Id, atOnce, _time.GetUtcNow()))
        {
            Expect(channel, "-" + tab.User);
        }
    }

    private void Advance(int tenths)
    {
        _time.Advance(tenths * TimerWheel.Tick);
        foreach (var channel in Channels)
        {
            foreach (var user in _truth[channel.WireName].End(_time.GetUtcNow()))
            {
                Expect(channel, "-" + user);
            }
        }
    }

    /// <summary>Everybody there is to see this edge, but for those whose snapshot will include it.</summary>
    private void Expect(Channel channel, string edge)
    {
        foreach (var tab in _tabs)
        {
            if (tab is not null && tab.Subscriptions.TryGetValue(channel.WireName, out var subscription) && subscription is { IsLive: true, IsHeld: false })
            {
                subscription.Edges.Add(edge);
            }
        }
    }

    private async Task LookAsync()
    {
        foreach (var channel in Channels)
        {
            await Hub.DrainAsync(channel);
            var truth = _truth[channel.WireName].Members.ToList();
            (await _broadcaster.GetMembersAsync(channel)).Select(member => member.UserId).Should().BeEquivalentTo(truth);
            _broadcaster.Hub.GetConnections(channel).Should()
                .BeEquivalentTo(_tabs.Where(tab => tab?.Subscriptions.ContainsKey(channel.WireName) ?? false).Select(tab => tab!.Id));
        }

        _broadcaster.Presence.ChannelCount.Should().Be(_truth.Values.Count(truth => truth.Members.Any()));
        foreach (var tab in _tabs)
        {
            Look(tab);
        }
    }

    private void Look(Tab? tab)
    {
        if (tab?.Observer is not { } observer)
        {
            return;
        }

        observer.Look();
        foreach (var channel in Channels)
        {
            var subscription = tab.Subscriptions.GetValueOrDefault(channel.WireName);
            if (subscription is null)
            {
                observer.Members(channel).Should().BeNull($"{tab.Id} is not subscribed to {channel}");
            }
            else if (subscription is { IsLive: true, IsHeld: false })
            {
                observer.Members(channel).Should().BeEquivalentTo(_truth[channel.WireName].Members, $"that is what {tab.Id} must see on {channel}");
                observer.Edges(channel).Should().BeEquivalentTo(subscription.Edges, $"that is what {tab.Id} must be told on {channel}");
            }
        }
    }

    /// <summary>A connection of a user; the socket is null for an id without one.</summary>
    private sealed class Tab(string id, string user, RecordingConnection? socket)
    {
        public string Id => id;

        public string User => user;

        public RecordingConnection? Socket => socket;

        public PresenceObserver? Observer { get; } = socket is null ? null : new PresenceObserver(socket);

        public TaskCompletionSource? Held { get; set; }

        public List<Task> Asked { get; } = [];

        public Dictionary<string, Expected> Subscriptions { get; } = new(StringComparer.Ordinal);

        /// <summary>Lets what it asked come to its end.</summary>
        public async Task FinishAsync()
        {
            Held?.SetResult();
            Held = null;
            if (socket is not null)
            {
                socket.Room = Task.CompletedTask;
            }

            await Task.WhenAll(Asked).InTimeAsync();
            Asked.Clear();
        }
    }

    /// <summary>What a subscription is and must have been told since its last snapshot.</summary>
    private sealed class Expected
    {
        public bool IsLive { get; set; }

        public bool IsHeld { get; set; }

        public List<string> Edges { get; } = [];
    }
}
