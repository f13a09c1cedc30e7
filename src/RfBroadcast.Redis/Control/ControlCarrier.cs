namespace RfBroadcast.Redis;

/// <summary>Carries out on this node what one of the nodes asks of all.</summary>
internal sealed class ControlCarrier(LocalHub hub, RedisBroadcaster broadcaster)
{
    public async ValueTask<ControlMessage> CarryOutAsync(ControlMessage request)
    {
        var answer = request with { ConnectionId = null, UserId = null, Channel = null, Data = null, Event = null, Text = null };
        switch (request.Kind)
        {
            case ControlKind.Disconnect:
                var told = new DisconnectReason(request.Code, request.Text ?? "");
                return answer with { Count = await broadcaster.DisconnectHereAsync(request.ConnectionId, request.UserId, told).ConfigureAwait(false) };
            case ControlKind.Send when request is { ConnectionId: { } id, Event: { } name, Data: { } data }:
                return answer with { Count = hub.Publish(new DirectMessage(id, name, data, request.Timestamp)) ? 1 : 0 };
            case ControlKind.Unsubscribe when request.ConnectionId is { } id && Channel.TryParse(request.Channel, out var channel, out _):
                var reason = new UnsubscribeReason(request.Code, request.Text, request.RequestId);
                return answer with { Count = await broadcaster.UnsubscribeHereAsync(id, channel, reason).ConfigureAwait(false) ? 1 : 0 };
            case ControlKind.Subscribers when Channel.TryParse(request.Channel, out var channel, out _):
                return answer with { Connections = [.. hub.GetConnections(channel).Select(id => new ControlConnection(id))] };
            case ControlKind.Connections:
                return answer with { Connections = [.. hub.Connections.Select(Describe)] };
            default:
                return answer;
        }
    }

    private ControlConnection Describe(IConnection connection) =>
        new(connection.Id, connection.UserId, [.. hub.GetSubscriptions(connection.Id).Select(channel => channel.WireName)]);
}
