using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace RfBroadcast.Testing;

/// <summary>One node of the cluster, a host of its own, with what cases do on it.</summary>
internal sealed class CaseNode(CaseRun run, IHost host)
{
    private bool _isStopped;

    public IBroadcaster Broadcaster { get; } = host.Services.GetRequiredService<IBroadcaster>();

    public LocalHub Hub { get; } = host.Services.GetRequiredService<LocalHub>();

    public IChannelHistory History { get; } = host.Services.GetRequiredService<IChannelHistory>();

    public IBroadcastConnections Connections { get; } = host.Services.GetRequiredService<IBroadcastConnections>();

    /// <summary>A new connection here.</summary>
    public CaseConnection Connect(string? userId = null)
    {
        var connection = new CaseConnection(run.NewConnectionId(), userId, run.Patience);
        Check.That(Hub.TryAdd(connection), $"the hub takes connection {connection.Id}");
        return connection;
    }

    /// <summary>A new connection here that is subscribed.</summary>
    public async Task<CaseConnection> JoinAsync(Channel channel, string? userId = null, string? infoJson = null)
    {
        var connection = Connect(userId);
        await SubscribeAsync(connection, channel, request => request with { UserInfo = Info(infoJson) }).ConfigureAwait(false);
        return connection;
    }

    /// <summary>Subscribes a connection that is here, and expects it to work.</summary>
    public async Task SubscribeAsync(CaseConnection connection, Channel channel, Func<SubscribeRequest, SubscribeRequest>? with = null)
    {
        var request = Request(connection, channel);
        var outcome = await Broadcaster.SubscribeAsync(with is null ? request : with(request)).ConfigureAwait(false);
        Check.Equal(SubscribeOutcome.Subscribed, outcome, $"the outcome of subscribing connection {connection.Id} to {channel}");
    }

    public static SubscribeRequest Request(CaseConnection connection, Channel channel) =>
        new() { ConnectionId = connection.Id, HasSocket = true, Channel = channel };

    /// <summary>The connection has closed; its user may come back within the grace period.</summary>
    public ValueTask LoseAsync(CaseConnection connection) => Broadcaster.RemoveConnectionAsync(connection.Id, leaveAtOnce: false);

    /// <summary>Broadcasts the event <c>e</c>.</summary>
    public async Task<ChannelReceipt> SayAsync(Channel channel, object? data, string? except = null)
    {
        var receipt = await Broadcaster.BroadcastAsync(new BroadcastRequest
        {
            Event = new SimpleEvent("e", data, channel),
            Except = except is null ? SenderExclusion.None : SenderExclusion.Connection(except),
        }).ConfigureAwait(false);
        Check.Equal(1, receipt.Channels.Count, "the channels in the receipt of a message for one");
        return receipt.Channels[0];
    }

    /// <summary>Broadcasts the numbers from first to last; gives the position of the last one.</summary>
    public async Task<ChannelPosition> SayRangeAsync(Channel channel, int first, int last)
    {
        ChannelPosition? top = null;
        for (var i = first; i <= last; i++)
        {
            top = (await SayAsync(channel, i).ConfigureAwait(false)).Position;
        }

        return top ?? default;
    }

    /// <summary>The ids of the members, without those that only mark a place.</summary>
    public async Task<IReadOnlyList<string>> MembersAsync(Channel channel)
    {
        var members = await Broadcaster.GetMembersAsync(channel).ConfigureAwait(false);
        return [.. members.Select(member => member.UserId).Where(userId => !Marker.Is(userId))];
    }

    /// <summary>Stops the node as an app stops.</summary>
    public async Task StopAsync()
    {
        if (_isStopped)
        {
            return;
        }

        _isStopped = true;
        try
        {
            await host.StopAsync().ConfigureAwait(false);
        }
        finally
        {
            // Every host that a builder makes is one; services may need it.
            await ((IAsyncDisposable)host).DisposeAsync().ConfigureAwait(false);
        }
    }

    private static JsonElement? Info(string? json)
    {
        if (json is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
