using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RfBroadcast.AspNetCore.Tests.Support;
using Xunit.Abstractions;

namespace RfBroadcast.AspNetCore.Tests.Behaviour;

/// <summary>
/// A thousand connections on fifty channels, several publishers, and a thousand flaps meanwhile: everybody gets everything once
/// and in order, and afterwards nothing is left.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class LoadTests(ITestOutputHelper output)
{
    private const int Connections = 1000;
    private const int Channels = 50;
    private const int Publishers = 4;
    private const int Rounds = 12; // messages of one publisher on one channel
    private const int Flappers = 20;
    private const int FlapsEach = 50;
    private const long MemoryBound = 6 * 1024 * 1024; // a thousand idle connections alone are about twice that

    [Fact]
    [Trait("Category", "Slow")]
    public Task Load_ThousandConnectionsAndFlaps_EverythingOnceInOrderAndNothingIsLeft() => ModelRun.RaceAsync(output, runs: 1, async random =>
    {
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup
        {
            Services = services => services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning)), // the logs are kept, and memory is measured
            Broadcasting = options => options.PresenceGrace = TimeSpan.FromSeconds(0.5),
            WebSockets = options => options.QueueBytes = 8 * 1024 * 1024,
            Map = map => map.MapBroadcastChannel("room.{id}", () => true),
        });
        var timers = app.Services.GetRequiredService<TimerWheel>().Count;

        // The first wave fills the pools; the second must leave no more than the first.
        await WaveAsync(app, random.Next());
        await NothingIsLeftAsync(app, timers);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await WaveAsync(app, random.Next());
        await NothingIsLeftAsync(app, timers);

        // What is still unwound or pooled goes by itself.
        var grown = long.MaxValue;
        await Wait.UntilAsync(() => (grown = GC.GetTotalMemory(forceFullCollection: true) - before) < MemoryBound, "memory is back");
        output.WriteLine($"{before / 1024} KB after the first wave, {grown / 1024} KB more after the second");
    });

    private static async Task WaveAsync(BroadcastApp app, int seed)
    {
        var watches = new LoadWatch[Connections];
        var clients = new LightClient[Connections];
        await Parallel.ForAsync(0, Connections, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            watches[i] = new LoadWatch(Publishers);
            var query = string.Join('&', ChannelsOf(i).Select(channel => $"channel={channel}"));
            clients[i] = await LightClient.ConnectAsync(app.Address, "/ws?" + query, watches[i].Take);
            for (var answers = 0; answers < ChannelsOf(i).Length; answers++)
            {
                await watches[i].AnswerAsync();
            }
        });
        app.Hub.ConnectionCount.Should().Be(Connections);

        var flapping = Task.WhenAll(Enumerable.Range(0, Flappers).Select(flapper => Task.Run(() => FlapAsync(app, flapper, new Random(seed + flapper)))));
        await Task.WhenAll(Enumerable.Range(0, Publishers).Select(publisher => Task.Run(() => PublishAsync(app, publisher))));
        var expected = ChannelsOf(0).Length * Publishers * Rounds;
        await Wait.UntilAsync(() => watches.All(watch => watch.Events >= expected || watch.Fault is not null), "everybody got everything");
        await flapping;

        watches.Select(watch => watch.Fault).Should().OnlyContain(fault => fault == null);
        watches.Select(watch => watch.Events).Should().OnlyContain(events => events == expected);
        foreach (var channel in watches.SelectMany(watch => watch.Orders).GroupBy(order => order.Key))
        {
            channel.Select(order => order.Value).Distinct().Should().ContainSingle($"everybody gets one order of {channel.Key}");
        }

        // Some say goodbye, some vanish, some are gone without a word.
        await Parallel.ForAsync(0, Connections, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            if (i % 3 == 0)
            {
                await clients[i].CloseAsync();
            }
            else if (i % 3 == 1)
            {
                clients[i].Reset();
            }

            clients[i].Dispose();
            await clients[i].Ended;
            watches[i].Dispose();
        });
    }

    private static string[] ChannelsOf(int i) => [$"load.{i % Channels}", $"load.{(i + 1) % Channels}", $"load.{(i + 7) % Channels}"];

    private static async Task PublishAsync(BroadcastApp app, int publisher)
    {
        for (var n = 0; n < Rounds; n++)
        {
            for (var channel = 0; channel < Channels; channel++)
            {
                await app.Broadcaster.To($"load.{channel}").Event("tick").With((publisher * LoadWatch.PerPublisher) + n).SendAsync();
            }

            await Task.Delay(20); // paced
        }
    }

    private static async Task FlapAsync(BroadcastApp app, int flapper, Random random)
    {
        LightClient? client = null;
        LoadWatch? watch = null;
        for (var i = 0; i < FlapsEach; i++)
        {
            watch ??= new LoadWatch(Publishers);
            client ??= await LightClient.ConnectAsync(app.Address, "/ws", watch.Take, TestTokens.Of($"{flapper % 5}"));
            var channel = random.Next(3) == 0 ? $"presence-room.{random.Next(5)}" : $"load.{random.Next(Channels)}";
            await client.SendTextAsync($$"""{"type":"subscribe","channel":"{{channel}}"}""");
            var how = random.Next(5);
            if (how > 0)
            {
                await watch.AnswerAsync();
            }

            if (how > 2)
            {
                await client.SendTextAsync($$"""{"type":"unsubscribe","channel":"{{channel}}"}""");
                await watch.AnswerAsync();
                continue;
            }

            await EndAsync(client, watch, says: how == 2);
            (client, watch) = (null, null);
        }

        if (client is not null)
        {
            await EndAsync(client, watch!, says: true); // together with the client
        }
    }

    private static async Task EndAsync(LightClient client, LoadWatch watch, bool says)
    {
        if (says)
        {
            await client.CloseAsync();
        }
        else
        {
            client.Reset();
        }

        await client.Ended;
        client.Dispose();
        watch.Fault.Should().BeNull();
        watch.Dispose();
    }

    private static async Task NothingIsLeftAsync(BroadcastApp app, int timers)
    {
        await app.EmptyAsync();
        var presence = (MemoryBroadcaster)app.Broadcaster;
        var wheel = app.Services.GetRequiredService<TimerWheel>();
        await Wait.UntilAsync(() => presence.Presence.ChannelCount == 0 && wheel.Count == timers, "nobody is present and no timer runs");
        ReadQueueBytes().Should().Be(0);
    }

    /// <summary>Of all apps in the process: no other test runs now.</summary>
    private static long ReadQueueBytes()
    {
        var bytes = 0L;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Name == BroadcastTelemetry.QueueBytes)
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => bytes += value);
        listener.Start();
        listener.RecordObservableInstruments();
        return bytes;
    }
}
