using System.Buffers;
using RfBroadcast.Tests.Support;

namespace RfBroadcast.Tests;

/// <summary>
/// Clients that come and go on channels with a history and without one: each step is done to the broadcaster and to the model,
/// and then each client must have been sent exactly what the model says.
/// </summary>
internal sealed class RecoveryModel : IDisposable
{
    public const int ClientCount = 4;

    /// <summary>Two with a history, one of a presence channel (whose repeats are read anew), and one without.</summary>
    public static readonly Channel[] Channels = [Channel.Private("kept.a"), Channel.Public("kept.b"), Channel.Presence("kept.c"), Channel.Public("news")];

    private readonly ManualTimeProvider _time = new();
    private readonly MemoryBroadcaster _broadcaster;
    private readonly Dictionary<(int Client, string Channel), RecoveringClient> _clients = [];
    private readonly Dictionary<string, HistoryTruth> _histories = new(StringComparer.Ordinal);
    private long _forgotten;
    private int _connections;
    private int _messages;
    private string _epoch = "";

    public RecoveryModel()
    {
        var options = new BroadcastOptions { RecoveryBytes = HistoryTruth.LimitBytes };
        options.Channels.For("kept.{id}", settings => settings.KeepHistory(HistoryTruth.Size, HistoryTruth.Age));
        _broadcaster = new MemoryBroadcaster(options, _time);
    }

    private LocalHub Hub => _broadcaster.Hub;

    public void Dispose() => _broadcaster.Dispose();

    public async Task StartAsync()
    {
        _epoch = (await _broadcaster.ReadLastAsync(Channels[0], 0)).Top!.Value.Epoch; // it keeps history
        foreach (var channel in Channels)
        {
            if (channel != Channels[^1])
            {
                _histories[channel.WireName] = new HistoryTruth(_epoch);
            }

            for (var client = 0; client < ClientCount; client++)
            {
                _clients[(client, channel.WireName)] = new RecoveringClient(channel);
            }
        }
    }

    public async Task DoAsync(RecoveryStep step)
    {
        var channel = Channels[step.Channel];
        var client = _clients[(step.Client, channel.WireName)];
        switch (step.Action)
        {
            case RecoveryAction.Publish or RecoveryAction.PublishLarge or RecoveryAction.PublishExcept or RecoveryAction.PublishExceptPrevious:
                await PublishAsync(step, channel, client);
                break;
            case RecoveryAction.ClientEvent:
                Hub.Publish(channel.Message(++_messages));
                Deliver(channel, new ToldMessage(0, $"{_messages}", null, default));
                break;
            case RecoveryAction.Begin:
                await BeginAsync(channel, client, Connect(step, client, channel));
                break;
            case RecoveryAction.Read when client.Subscription?.Held is { Read: null } held:
                await ReadAsync(channel, held);
                break;
            case RecoveryAction.Complete:
                await CompleteAsync(channel, client);
                break;
            case RecoveryAction.Unsubscribe when client.Subscription is { } subscription:
                (await _broadcaster.UnsubscribeAsync(client.Id!, channel)).Should().BeTrue(); // who is subscribed has an id
                client.Expect(new Frame { Kind = "unsubscribed" });
                client.Subscription = null;
                await EndedAsync(subscription);
                break;
            case RecoveryAction.Drop when client.Id is { } id:
                await _broadcaster.RemoveConnectionAsync(id, leaveAtOnce: false);
                await EndedAsync(client.Subscription);
                client.Disconnect();
                break;
            case RecoveryAction.Wait:
                _time.Advance(TimeSpan.FromSeconds(step.Amount % 31));
                break;
            case RecoveryAction.WaitHours:
                _time.Advance(TimeSpan.FromHours(2));
                _forgotten = Math.Max(_forgotten, _histories.Values.Max(history => history.Forget()));
                break;
            case >= RecoveryAction.Subscribe and <= RecoveryAction.SubscribeFresh:
                await SubscribeAsync(channel, client, Connect(step, client, channel));
                break;
        }

        await LookAsync();
    }

    private static async Task EndedAsync(ExpectedSubscription? subscription)
    {
        if (subscription?.Held is { } held)
        {
            (await held.Pending.CompleteAsync(new SubscriptionStart()).InTimeAsync()).Should().BeFalse("it ended before");
        }
    }

    private async Task PublishAsync(RecoveryStep step, Channel channel, RecoveringClient client)
    {
        var except = step.Action switch
        {
            RecoveryAction.PublishExcept => client.Id,
            RecoveryAction.PublishExceptPrevious => client.PreviousId,
            _ => null,
        };
        var data = $"{++_messages}{new string('x', step.Action == RecoveryAction.PublishLarge ? 400 : step.Amount)}";
        var receipt = await _broadcaster.SayAsync(channel, data, except);
        var history = _histories.GetValueOrDefault(channel.WireName);
        var message = history?.Append($"\"{data}\"", except, _time.GetUtcNow(), _forgotten) ?? new ToldMessage(0, $"\"{data}\"", except, default);
        receipt.Position.Should().Be(history is null ? null : new ChannelPosition(_epoch, message.Offset));
        Deliver(channel, message);
    }

    private void Deliver(Channel channel, ToldMessage message)
    {
        foreach (var ((_, name), client) in _clients)
        {
            if (name != channel.WireName || client.Subscription is not { } subscription)
            {
                continue;
            }

            if (subscription.Held is { } held)
            {
                Keep(channel, client, held, message);
            }
            else
            {
                subscription.Offset = Math.Max(subscription.Offset, message.Offset);
                if (message.IsFor(client.Id!, previousId: null)) // who is subscribed has an id
                {
                    client.Expect(Event(message));
                }
            }
        }
    }

    private static void Keep(Channel channel, RecoveringClient client, HeldSubscription held, ToldMessage message)
    {
        if (!message.IsFor(client.Id!, held.Request.PreviousConnectionId)) // who is subscribed has an id
        {
            return;
        }

        var bytes = new ArrayBufferWriter<byte>();
        LineProtocol.Shared.WriteMessage(bytes, channel.Message(message.Data, message.Offset));
        held.KeptBytes += bytes.WrittenCount;
        held.Kept.Add(message);
    }

    /// <summary>Connects where the client is not, and gives what it asks for.</summary>
    private SubscribeRequest Connect(RecoveryStep step, RecoveringClient client, Channel channel)
    {
        if (client.Id is null)
        {
            client.Connect(Hub.Connect($"{++_connections}.{step.Client}", $"{step.Client}"));
        }

        var own = client.Position;
        var offset = own?.Offset ?? 0;
        ChannelPosition? since = step.Action switch
        {
            RecoveryAction.SubscribeOld => new ChannelPosition(_epoch, Math.Max(0, offset - step.Amount)),
            RecoveryAction.SubscribeFuture => new ChannelPosition(_epoch, offset + step.Amount),
            RecoveryAction.SubscribeForeign => new ChannelPosition("foreign", offset),
            RecoveryAction.SubscribeLast or RecoveryAction.SubscribeFresh => null,
            _ => own,
        };
        return new SubscribeRequest
        {
            ConnectionId = client.Id!, // connected above
            HasSocket = true,
            Channel = channel,
            Since = since,
            Last = step.Action == RecoveryAction.SubscribeLast ? step.Amount : 0,
            PreviousConnectionId = client.PreviousId,
        };
    }

    private async Task SubscribeAsync(Channel channel, RecoveringClient client, SubscribeRequest request)
    {
        if (channel.IsPresence)
        {
            // By hand, without joining: its edges are the presence model's.
            await BeginAsync(channel, client, request);
            await CompleteAsync(channel, client);
            return;
        }

        if (client.Subscription is { } subscription)
        {
            (await _broadcaster.SubscribeAsync(request).InTimeAsync()).Should().Be(SubscribeOutcome.AlreadySubscribed);
            Repeat(channel, client, subscription);
            return;
        }

        client.Asks(request.Since);
        (await _broadcaster.SubscribeAsync(request).InTimeAsync()).Should().Be(SubscribeOutcome.Subscribed);
        client.Subscription = subscription = new ExpectedSubscription();
        if (_histories.TryGetValue(channel.WireName, out var history))
        {
            Started(client, subscription, history.Read(request, _time.GetUtcNow(), _forgotten), request);
        }
        else
        {
            client.Expect(new Frame
            {
                Kind = "subscribed",
                Recovered = request.Since is null ? null : false,
                Failure = request.Since is null ? RecoveryFailure.None : RecoveryFailure.NoHistory,
            });
        }
    }

    private void Repeat(Channel channel, RecoveringClient client, ExpectedSubscription subscription)
    {
        if (subscription.Held is { } held)
        {
            held.Repeats++;
        }
        else
        {
            client.Expect(Subscribed(_histories.ContainsKey(channel.WireName) ? subscription.Offset : null));
        }
    }

    private async Task BeginAsync(Channel channel, RecoveringClient client, SubscribeRequest request)
    {
        if (channel == Channels[^1])
        {
            await SubscribeAsync(channel, client, request);
            return;
        }

        if (client.Subscription is null)
        {
            client.Asks(request.Since);
        }

        var (_, pending) = await Hub.BeginSubscribeAsync(request).InTimeAsync();
        if (pending is null)
        {
            Repeat(channel, client, client.Subscription!); // otherwise there is something to complete
            return;
        }

        client.Subscription ??= new ExpectedSubscription();
        client.Subscription.Held = new HeldSubscription(pending, pending.IsRepeat ? request with { Since = null, PreviousConnectionId = null } : request);
    }

    private async Task ReadAsync(Channel channel, HeldSubscription held)
    {
        var start = await RecoveryPlan.MakeAsync(held.Request, held.Pending.IsRepeat, _broadcaster, HistoryTruth.LimitBytes, CancellationToken.None);
        held.Read = (start, _histories[channel.WireName].Read(held.Request, _time.GetUtcNow(), _forgotten));
    }

    private async Task CompleteAsync(Channel channel, RecoveringClient client)
    {
        if (client.Subscription is not { Held: { } held } subscription)
        {
            return;
        }

        if (held.Read is null)
        {
            await ReadAsync(channel, held);
        }

        var (start, expected) = held.Read!.Value; // read above
        (await held.Pending.CompleteAsync(start).InTimeAsync()).Should().BeTrue();
        subscription.Held = null;
        var lost = held.KeptBytes > HistoryTruth.LimitBytes;
        var newest = _histories[channel.WireName].All.LastOrDefault()?.Offset ?? 0;
        if (held.Pending.IsRepeat)
        {
            expected = new ExpectedStart(subscription.Offset, [], lost ? false : null, lost ? RecoveryFailure.Limit : RecoveryFailure.None);
        }
        else if (lost)
        {
            expected = held.Request.Since is null
                ? expected with { Missed = [] }
                : expected with { Missed = [], Recovered = false, Failure = RecoveryFailure.Limit };
        }

        var top = lost ? Math.Max(expected.Top, newest) : expected.Top;
        Started(client, subscription, expected with { Top = top }, held.Request);
        for (var i = 0; i < held.Repeats; i++)
        {
            client.Expect(Subscribed(top, expected));
        }

        foreach (var message in lost ? [] : held.Kept.Where(message => message.Offset == 0 || message.Offset > top))
        {
            client.Expect(Event(message));
        }

        subscription.Offset = Math.Max(subscription.Offset, newest);
    }

    private void Started(RecoveringClient client, ExpectedSubscription subscription, ExpectedStart start, SubscribeRequest request)
    {
        client.Expect(Subscribed(start.Top, start));
        foreach (var message in start.Missed.Where(message => message.IsFor(request.ConnectionId, request.PreviousConnectionId)))
        {
            client.Expect(Event(message));
        }

        subscription.Offset = start.Top;
    }

    private Frame Subscribed(long? offset, ExpectedStart? start = null) => new()
    {
        Kind = "subscribed",
        Epoch = offset is null ? null : _epoch,
        Offset = offset ?? 0,
        Recovered = start?.Recovered,
        Failure = start?.Failure ?? RecoveryFailure.None,
    };

    private static Frame Event(ToldMessage message) => new() { Kind = "event", Offset = message.Offset, Data = message.Data };

    private async Task LookAsync()
    {
        foreach (var channel in Channels)
        {
            await Hub.DrainAsync(channel);
        }

        foreach (var ((_, name), client) in _clients)
        {
            client.Look(_histories.GetValueOrDefault(name), client.Subscription?.Held is not null);
        }
    }
}
