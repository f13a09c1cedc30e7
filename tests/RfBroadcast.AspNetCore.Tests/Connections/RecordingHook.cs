using System.Collections.Concurrent;

namespace RfBroadcast.AspNetCore.Tests.Connections;

/// <summary>A hook that notes what it is told, by connection; and then does what the test says.</summary>
internal sealed class RecordingHook(Func<CancellationToken, ValueTask>? then = null) : IBroadcastHooks
{
    private readonly ConcurrentQueue<(RfBroadcast.Client Client, string What)> _all = new();

    public int Count => _all.Count;

    public IEnumerable<string> Of(string connectionId) => _all.Where(call => call.Client.ConnectionId == connectionId).Select(call => call.What);

    public ValueTask ConnectedAsync(RfBroadcast.Client client, CancellationToken cancellationToken) => Add(client, $"connected {client.UserId}", cancellationToken);

    public ValueTask DisconnectedAsync(RfBroadcast.Client client, CancellationToken cancellationToken) => Add(client, $"disconnected {client.UserId}", cancellationToken);

    public ValueTask SubscribedAsync(RfBroadcast.Client client, Channel channel, CancellationToken cancellationToken) =>
        Add(client, $"subscribed {channel.WireName}", cancellationToken);

    public ValueTask UnsubscribedAsync(RfBroadcast.Client client, Channel channel, CancellationToken cancellationToken) =>
        Add(client, $"unsubscribed {channel.WireName}", cancellationToken);

    public ValueTask ClientEventAsync(RfBroadcast.Client client, BroadcastMessage message, CancellationToken cancellationToken) =>
        Add(client, $"{message.Event} on {message.Channel.WireName}", cancellationToken);

    private ValueTask Add(RfBroadcast.Client client, string what, CancellationToken cancellationToken)
    {
        _all.Enqueue((client, what));
        return then?.Invoke(cancellationToken) ?? default;
    }
}
