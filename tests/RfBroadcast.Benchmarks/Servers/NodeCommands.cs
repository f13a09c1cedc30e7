using System.Diagnostics;
using System.Globalization;

namespace RfBroadcast.Benchmarks;

/// <summary>What a node does that has connections in its own process and no sockets, when the driver tells it.</summary>
internal sealed class NodeCommands : IDisposable
{
    private const int SubscriptionsPerConnection = 100;

    private readonly ServiceProvider _services;
    private readonly IBroadcaster _broadcaster;
    private readonly LocalHub _hub;
    private readonly List<CountingConnection> _connections = [];

    private NodeCommands(string redis)
    {
        _services = new ServiceCollection().AddLogging().AddBroadcastingCore().UseRedis(redis).Services.BuildServiceProvider();
        _broadcaster = _services.GetRequiredService<IBroadcaster>();
        _hub = _services.GetRequiredService<LocalHub>();
    }

    /// <summary>Runs the process until the driver goes.</summary>
    public static void Run(string redis)
    {
        using var node = new NodeCommands(redis);
        Answers.Serve(node.Answer);
    }

    public void Dispose() => _services.Dispose();

    private object Answer(string[] command) => command switch
    {
        ["subscribe", var channels] => SubscribeAsync(ChannelNames.Of(channels)).GetAwaiter().GetResult(),
        ["join", var channel, var first, var count] => JoinAsync(Channel.Parse(channel), Number(first), Number(count)).GetAwaiter().GetResult(),
        ["publish", var channels] => PublishAsync(ChannelNames.Of(channels)).GetAwaiter().GetResult(),
        ["frames"] => _connections.Sum(connection => connection.Frames),
        _ => throw new ArgumentException("Not a command: " + string.Join(' ', command), nameof(command)),
    };

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>Subscribes all channels at once, a hundred a connection; gives the nanoseconds until the last was.</summary>
    private async Task<long> SubscribeAsync(string[] channels)
    {
        var requests = channels.Chunk(SubscriptionsPerConnection).SelectMany((names, number) =>
        {
            var connection = Connect(string.Create(CultureInfo.InvariantCulture, $"s.{number}"), userId: null);
            return names.Select(name => new SubscribeRequest { ConnectionId = connection.Id, HasSocket = true, Channel = Channel.Parse(name) });
        }).ToArray();
        return await RunAsync(requests);
    }

    /// <summary>Users join, each with a connection of its own, all at once; gives the nanoseconds until the last had.</summary>
    private async Task<long> JoinAsync(Channel channel, int first, int count)
    {
        var requests = Enumerable.Range(first, count).Select(number =>
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"j.{number}");
            var userId = string.Create(CultureInfo.InvariantCulture, $"user-{number}");
            Connect(id, userId);
            return new SubscribeRequest { ConnectionId = id, HasSocket = true, Channel = channel, UserId = userId };
        }).ToArray();
        return await RunAsync(requests);
    }

    private async Task<long> RunAsync(SubscribeRequest[] requests)
    {
        var start = Stopwatch.GetTimestamp();
        var outcomes = await Task.WhenAll(requests.Select(request => Task.Run(async () => await _broadcaster.SubscribeAsync(request))));
        var time = Stopwatch.GetTimestamp() - start;
        return outcomes.All(outcome => outcome == SubscribeOutcome.Subscribed) ? time : throw new InvalidDataException("Not every one was subscribed.");
    }

    private async Task<bool> PublishAsync(string[] channels)
    {
        await Task.WhenAll(channels.Select(name => _broadcaster.BroadcastToChannelAsync(name, "tick", 1).AsTask()));
        return true;
    }

    private CountingConnection Connect(string id, string? userId)
    {
        var connection = new CountingConnection(id, userId);
        _connections.Add(connection);
        return _hub.TryAdd(connection) ? connection : throw new InvalidOperationException($"There is a connection {id}.");
    }
}
