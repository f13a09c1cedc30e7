using System.Collections.Concurrent;
using Xunit.Abstractions;

namespace RfBroadcast.Tests;

/// <summary>
/// Subscribing, unsubscribing and closing raced thousands of times against publishing, several threads on the same connections:
/// no frame of a channel comes before "subscribed" or after "unsubscribed", and nothing is left.
/// </summary>
public sealed class SubscriptionRaceTests(ITestOutputHelper output)
{
    private const int Places = 12;
    private const int Racers = 4;
    private const int Steps = 1500; // of each racer, a run

    // Plain, with a history, with members, with both; the last digit is the channel's number.
    private static readonly Channel[] Channels =
        [Channel.Public("plain.0"), Channel.Private("kept.1"), Channel.Presence("chat.2"), Channel.Presence("kept.3"), Channel.Public("plain.4")];

    private int _connections;

    [Fact]
    public Task SubscribeUnsubscribeRemove_Raced_SendNothingOutsideASubscription() =>
        ModelRun.RaceAsync(output, runs: 3, async random =>
        {
            var options = new BroadcastOptions { PresenceGrace = TimeSpan.FromMilliseconds(20) };
            options.Channels.For("kept.{id}", settings => settings.KeepHistory(20, TimeSpan.FromMinutes(1)));
            using var broadcaster = new MemoryBroadcaster(options);
            var places = new RacingConnection?[Places];
            var all = new ConcurrentBag<RacingConnection>();
            using var stop = new CancellationTokenSource();
            var publishers = Enumerable.Range(0, 2).Select(_ => Task.Run(() => PublishAsync(broadcaster, stop.Token))).ToList();

            await Task.WhenAll(Enumerable.Range(0, Racers).Select(_ =>
            {
                var own = new Random(random.Next());
                return Task.Run(() => RaceAsync(broadcaster, own, places, all));
            })).InTimeAsync();
            await stop.CancelAsync();
            await Task.WhenAll(publishers).InTimeAsync();
            foreach (var connection in all)
            {
                await RemoveAsync(broadcaster, connection);
            }

            output.WriteLine($"{all.Count} connections, {all.Sum(connection => connection.Events)} events");
            all.Select(connection => connection.Fault).Should().AllBeEquivalentTo((string?)null);
            all.Sum(connection => connection.Events).Should().BePositive();
            await Wait.UntilAsync(() => broadcaster is { Hub: { ConnectionCount: 0, ChannelCount: 0 }, Presence.ChannelCount: 0 }, "nothing is left");
        });

    private static async Task PublishAsync(MemoryBroadcaster broadcaster, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            foreach (var channel in Channels)
            {
                await broadcaster.BroadcastAsync(new BroadcastRequest { Event = new SimpleEvent("e", 1, channel) }, CancellationToken.None);
            }

            await Task.Yield();
        }
    }

    private static async Task RemoveAsync(MemoryBroadcaster broadcaster, RacingConnection connection)
    {
        var ended = broadcaster.RemoveConnectionAsync(connection.Id, leaveAtOnce: connection.Id[0] % 2 == 0);
        await ended;
        connection.Removed();
    }

    private async Task RaceAsync(MemoryBroadcaster broadcaster, Random random, RacingConnection?[] places, ConcurrentBag<RacingConnection> all)
    {
        for (var i = 0; i < Steps; i++)
        {
            var place = random.Next(Places);
            var channel = Channels[random.Next(Channels.Length)];
            if (Volatile.Read(ref places[place]) is not { } connection)
            {
                connection = new RacingConnection($"{Interlocked.Increment(ref _connections)}");
                all.Add(connection);
                broadcaster.Hub.TryAdd(connection).Should().BeTrue();
                Volatile.Write(ref places[place], connection);
            }

            switch (random.Next(20))
            {
                case < 10:
                    await broadcaster.SubscribeAsync(Request(connection, channel, random));
                    break;
                case < 18:
                    await broadcaster.UnsubscribeAsync(connection.Id, channel, random.Next(2) == 0 ? default : UnsubscribeReason.GrantExpired);
                    break;
                default:
                    // Only one of those who race for it removes it, so that it knows when the removal is complete.
                    if (Interlocked.CompareExchange(ref places[place], null, connection) == connection)
                    {
                        await RemoveAsync(broadcaster, connection);
                    }

                    break;
            }
        }
    }

    private static SubscribeRequest Request(RacingConnection connection, Channel channel, Random random) => new()
    {
        ConnectionId = connection.Id,
        HasSocket = true,
        Channel = channel,
        Last = 0,
        PreviousConnectionId = random.Next(2) == 0 ? "former" : null,
    };
}
