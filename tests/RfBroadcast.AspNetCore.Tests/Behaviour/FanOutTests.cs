using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Behaviour;

/// <summary>Many connections on many channels at once.</summary>
public sealed class FanOutTests
{
    private const int Connections = 200;
    private const int Channels = 20;
    private const int Publishers = 4;
    private const int Each = 40; // messages of one publisher on one channel

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Broadcast_SeveralPublishers_EachConnectionGetsItsChannelsOnceAndInOneOrder()
    {
        await using var app = await BroadcastApp.StartAsync();
        var clients = await Task.WhenAll(Enumerable.Range(0, Connections).Select(async i =>
        {
            var client = await app.ConnectAsync();
            foreach (var channel in ChannelsOf(i))
            {
                await client.SubscribeAsync($"channel.{channel}");
            }

            return client;
        }));

        await Task.WhenAll(Enumerable.Range(0, Publishers).Select(publisher => Task.Run(async () =>
        {
            for (var n = 0; n < Each; n++)
            {
                for (var channel = 0; channel < Channels; channel++)
                {
                    await app.Broadcaster.To($"channel.{channel}").Event("tick").With($"{publisher}:{n}").SendAsync();
                }
            }
        })));

        var orders = new string?[Channels];
        for (var i = 0; i < clients.Length; i++)
        {
            var got = ChannelsOf(i).ToDictionary(channel => channel, _ => new List<string>());
            for (var n = 0; n < got.Count * Publishers * Each; n++)
            {
                var frame = await clients[i].NextAsync("event");
                got[int.Parse(frame.String("channel").Split('.')[1], provider: null)].Add(frame["data"].GetString()!); // always a string here
            }

            await clients[i].ExpectQuietAsync();
            foreach (var (channel, messages) in got)
            {
                orders[channel] ??= string.Join(' ', messages);
                string.Join(' ', messages).Should().Be(orders[channel], "every connection gets one order");
            }
        }

        foreach (var order in orders)
        {
            foreach (var publisher in order!.Split(' ').Select(message => message.Split(':')).GroupBy(parts => parts[0])) // every channel has subscribers
            {
                publisher.Select(parts => parts[1]).Should().Equal(Enumerable.Range(0, Each).Select(n => $"{n}"), "a publisher that awaits sees its own order kept");
            }
        }
    }

    private static int[] ChannelsOf(int connection) => [connection % Channels, (connection + 1) % Channels, (connection + 7) % Channels];
}
