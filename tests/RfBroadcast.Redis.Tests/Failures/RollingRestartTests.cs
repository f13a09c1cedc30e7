using System.Globalization;

namespace RfBroadcast.Redis.Tests.Failures;

/// <summary>Every node is restarted, one after the other, while events are published: clients that do as they are told miss nothing.</summary>
[Trait("Category", "Slow")]
public sealed class RollingRestartTests(StandaloneRedis redis) : IClassFixture<StandaloneRedis>
{
    private const int Nodes = 3;
    private const int ClientsOfEach = 10;

    private static readonly string[] Channels = ["private-kept.one", "private-kept.two", "presence-kept.three"];

    [Fact]
    public async Task Nodes_RestartedOneByOne_ClientsMissNothing()
    {
        var nodes = await Task.WhenAll(Enumerable.Range(0, Nodes).Select(_ => NodeProcess.StartNewAsync(redis.Server.EndPoint)));
        var clients = new List<FollowingClient>();
        try
        {
            for (var i = 0; i < Channels.Length * ClientsOfEach; i++)
            {
                clients.Add(new FollowingClient(nodes, i / Channels.Length, Channels[i % Channels.Length], FormattableString.Invariant($"user{i}")));
            }

            await Task.WhenAll(clients.Select(client => client.Subscribed)).InTimeAsync();
            using var stopping = new CancellationTokenSource();
            var publishing = PublishAsync(nodes, stopping.Token);
            foreach (var node in nodes)
            {
                await node.StopAsync();
                await node.StartAsync();
                await Task.Delay(1_000); // some traffic with all of them
            }

            await stopping.CancelAsync();
            var count = await publishing.InTimeAsync();
            foreach (var client in clients)
            {
                await Wait.UntilAsync(() => client.Numbers.Count >= count, "a client has everything; it was told: " + string.Join(" / ", client.Notes));
                client.Numbers.Should().Equal(Enumerable.Range(0, count));
                client.Notes.Should().OnlyContain(note => note == "closed 1001");
            }

            clients.Sum(client => client.Notes.Count).Should().BeGreaterThanOrEqualTo(clients.Count, "every node was restarted with clients on it");
        }
        finally
        {
            foreach (var client in clients)
            {
                await client.DisposeAsync();
            }

            foreach (var node in nodes)
            {
                await node.DisposeAsync();
            }
        }
    }

    /// <summary>Publishes the next number on every channel, on one node after the other; where it fails, on the next one under the same key.</summary>
    private static async Task<int> PublishAsync(NodeProcess[] nodes, CancellationToken stopping)
    {
        var turn = 0;
        for (var number = 0; ; number++)
        {
            if (stopping.IsCancellationRequested)
            {
                return number;
            }

            foreach (var channel in Channels)
            {
                while (!await TryPublishAsync(nodes[turn++ % nodes.Length], channel, number))
                {
                    // That node is being restarted.
                }
            }

            await Task.Delay(5, CancellationToken.None);
        }
    }

    private static async Task<bool> TryPublishAsync(NodeProcess node, string channel, int number)
    {
        try
        {
            return (await node.TryPublishAsync(channel, number, channel + number.ToString(CultureInfo.InvariantCulture))).Accepted is not null;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
