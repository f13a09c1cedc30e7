using System.Threading.RateLimiting;

namespace RfBroadcast.AspNetCore;

/// <summary>Client events ("whispers"): to the channel's other subscribers only, never kept.</summary>
internal sealed partial class NativeSession
{
    private const string ClientEventPrefix = "client-";
    private const int MaxEventName = 200;

    private TokenBucketRateLimiter? _clientEvents;

    private async ValueTask<ClientFault?> PublishAsync(EventCommand command)
    {
        if (!Channel.TryParse(command.Channel, out var channel, out var invalid))
        {
            return new ClientFault(ErrorCode.InvalidChannel, invalid, command.Channel);
        }

        if (FindFault(command, channel, out var userId) is { } fault)
        {
            return fault;
        }

        _clientEvents ??= RateLimits.PerSecond(services.Options.ClientEventsPerSecond, services.Options.ClientEventsPerSecond);
        if (!RateLimits.TryTake(_clientEvents, out var wait))
        {
            return new ClientFault(
                ErrorCode.RateLimited,
                $"one connection may send {services.Options.ClientEventsPerSecond} client events a second",
                command.Channel,
                wait);
        }

        var request = new BroadcastRequest
        {
            Event = new SimpleEvent(command.Event, command.Data, channel),
            Except = SenderExclusion.Connection(connection.Id),
            IsClientEvent = true,
            ClientUserId = channel.IsPresence ? userId : null,
            Drivers = [],
        };
        try
        {
            await services.Broadcaster.BroadcastAsync(request, Ended).ConfigureAwait(false);
        }
        catch (PayloadTooLargeException)
        {
            return new ClientFault(ErrorCode.TooLarge, "the data is larger than the app allows any event to be", command.Channel);
        }
        catch (BroadcastSerializationException)
        {
            return new ClientFault(ErrorCode.BadMessage, "\"data\" holds text that is not valid Unicode", command.Channel);
        }

        if (command.RequestId is not null)
        {
            connection.SendControl(connection.Protocol.Reply.Ack(command.RequestId));
        }

        return null;
    }

    private ClientFault? FindFault(EventCommand command, Channel channel, out string? userId)
    {
        userId = null;
        if (!channel.RequiresAuth || !services.Channels.Of(channel).ClientEvents)
        {
            return new ClientFault(
                ErrorCode.ClientEventsOff,
                "client events are not enabled for this channel; they need a private or presence channel with ClientEvents on",
                command.Channel);
        }

        if (!command.Event.StartsWith(ClientEventPrefix, StringComparison.Ordinal) || command.Event.Length > MaxEventName)
        {
            return new ClientFault(
                ErrorCode.InvalidEvent,
                $"a client event's name starts with \"{ClientEventPrefix}\" and has at most {MaxEventName} characters",
                command.Channel);
        }

        if (command.DataBytes > services.Options.MaxClientEventBytes)
        {
            return new ClientFault(ErrorCode.TooLarge, $"the data of a client event may have {services.Options.MaxClientEventBytes} bytes", command.Channel);
        }

        return services.Hub.TryGetSubscriber(connection.Id, channel, out userId)
            ? null
            : new ClientFault(ErrorCode.NotSubscribed, "subscribe to the channel before sending events to it", command.Channel);
    }
}
