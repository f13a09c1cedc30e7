using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace RfBroadcast.Testing;

/// <summary>
/// One run of a case: its nodes, and names that no other run has. A case acts <see cref="Here"/> and looks
/// <see cref="There"/>, or the other way round; with a broadcaster of one process both are the same node.
/// </summary>
internal sealed class CaseRun(BroadcasterCluster cluster)
{
    private readonly string _id = RandomNumberGenerator.GetHexString(10, lowercase: true);
    private readonly int _connections = RandomNumberGenerator.GetInt32(int.MaxValue);
    private readonly List<CaseNode> _nodes = [];
    private Action<BroadcastOptions> _configure = static _ => { };
    private int _lastConnection;
    private int _lastMarker;

    public bool HasManyNodes => cluster.HasManyNodes;

    public TimeSpan Patience => cluster.Patience;

    public CaseNode Here => _nodes[0];

    public CaseNode There => HasManyNodes ? _nodes[1] : _nodes[0];

    /// <summary>A public channel without history.</summary>
    public Channel News => Channel.Public($"news.{_id}");

    /// <summary>A private channel that keeps 100 messages for ten minutes, if the case does not say otherwise.</summary>
    public Channel Orders => Channel.Private($"orders.{_id}");

    /// <summary>A presence channel without history.</summary>
    public Channel Chat => Channel.Presence($"chat.{_id}");

    /// <summary>A name of this run, for users and keys that all channels share.</summary>
    public string Own(string name) => $"{name}-{_id}";

    public string NewConnectionId() =>
        string.Create(CultureInfo.InvariantCulture, $"{_connections}.{Interlocked.Increment(ref _lastConnection)}");

    /// <summary>Starts the nodes: two, or the one there is.</summary>
    public async Task<(CaseNode Here, CaseNode There)> StartAsync(Action<BroadcastOptions>? configure = null)
    {
        // The first pattern that matches decides, so that a case may go over what follows here.
        _configure = options =>
        {
            configure?.Invoke(options);
            options.Channels.For("orders.{**id}", channel => channel.KeepHistory(100, TimeSpan.FromMinutes(10)));
        };
        await StartNodeAsync().ConfigureAwait(false);
        if (HasManyNodes)
        {
            await StartNodeAsync().ConfigureAwait(false);
        }

        return (Here, There);
    }

    /// <summary>Starts one more node.</summary>
    public async Task<CaseNode> StartNodeAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        cluster.Use(builder.Services.AddBroadcastingCore(_configure));
        var host = builder.Build();
        var node = new CaseNode(this, host);
        _nodes.Add(node);
        await host.StartAsync().ConfigureAwait(false);
        await TakesPartAsync(node).ConfigureAwait(false);
        return node;
    }

    /// <summary>Waits until these connections have seen all joins and leaves of the presence channel so far.</summary>
    public async Task SettleAsync(Channel channel, params CaseConnection[] connections)
    {
        var user = Marker.User(++_lastMarker);
        var id = NewConnectionId();
        await There.Broadcaster.SubscribeAsync(new SubscribeRequest { ConnectionId = id, Channel = channel, UserId = user }).ConfigureAwait(false);
        foreach (var connection in connections)
        {
            await connection.UntilAsync(
                frames => frames.Any(frame => frame.Kind == "joined" && frame.UserId == user),
                "sees a member join that marks the place").ConfigureAwait(false);
        }

        await There.Broadcaster.UnsubscribeAsync(id, channel).ConfigureAwait(false);
    }

    /// <summary>Waits until a condition holds that nothing announces.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition, string expectation)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition().ConfigureAwait(false))
        {
            Check.That(TimeProvider.System.GetElapsedTime(started) < Patience, $"within {Patience} {expectation}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System).ConfigureAwait(false);
        }
    }

    /// <summary>Stops all nodes as apps stop.</summary>
    public async Task StopAsync()
    {
        foreach (var node in _nodes)
        {
            await node.StopAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Stops the nodes of a case that has failed, which is what its caller is told, whatever comes of this.</summary>
    public async Task AbandonAsync()
    {
        foreach (var node in _nodes)
        {
            await node.StopAsync().WaitAsync(Patience, TimeProvider.System).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>An app may start before its back end can be reached. A case begins when it is.</summary>
    private async Task TakesPartAsync(CaseNode node)
    {
        var (id, channel) = (NewConnectionId(), Channel.Public($"start.{_id}"));
        await UntilAsync(
            async () =>
            {
                try
                {
                    await node.Broadcaster.SubscribeAsync(new SubscribeRequest { ConnectionId = id, Channel = channel }).ConfigureAwait(false);
                    return true;
                }
                catch (BroadcasterUnavailableException)
                {
                    return false;
                }
            },
            "the node reaches its back end").ConfigureAwait(false);
        await node.Broadcaster.RemoveConnectionAsync(id, leaveAtOnce: true).ConfigureAwait(false);
    }
}
