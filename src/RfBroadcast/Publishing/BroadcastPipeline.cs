using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace RfBroadcast;

/// <summary>
/// Turns a request into messages: asks the event's condition, settles the channels and the sender, makes the JSON once, and
/// hands the messages to the drivers. Every broadcaster starts with it. Thread-safe.
/// </summary>
public sealed class BroadcastPipeline
{
    private readonly BroadcastOptions _options;
    private readonly BroadcastSerializer _serializer;
    private readonly ICurrentSender? _currentSender;
    private readonly Dictionary<string, IBroadcastDriver> _drivers = new(StringComparer.OrdinalIgnoreCase);
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Makes a pipeline.</summary>
    /// <param name="options">Names and limits.</param>
    /// <param name="serializer">How payloads become JSON.</param>
    /// <param name="drivers">The drivers a broadcast can name.</param>
    /// <param name="currentSender">Who "the current sender" is; null when nobody knows.</param>
    /// <param name="time">The clock of the timestamps.</param>
    /// <param name="logger">Where a failing driver is reported.</param>
    /// <exception cref="InvalidOperationException">The options name a driver that is not there.</exception>
    public BroadcastPipeline(
        IOptions<BroadcastOptions> options,
        BroadcastSerializer serializer,
        IEnumerable<IBroadcastDriver> drivers,
        ICurrentSender? currentSender = null,
        TimeProvider? time = null,
        ILogger<BroadcastPipeline>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(drivers);
        _options = options.Value;
        _serializer = serializer;
        _currentSender = currentSender;
        _time = time ?? TimeProvider.System;
        _logger = (ILogger?)logger ?? NullLogger.Instance;
        foreach (var driver in drivers)
        {
            _drivers[driver.Name] = driver;
        }

        foreach (var name in _options.Drivers)
        {
            _ = FindDriver(name, "Broadcasting:Drivers names");
        }
    }

    /// <summary>Makes the messages of one request. Nothing has been sent yet but to the drivers.</summary>
    /// <exception cref="InvalidChannelException">A user or organization gives a name that is not valid.</exception>
    /// <exception cref="BroadcastSerializationException">The payload cannot be turned into JSON.</exception>
    /// <exception cref="PayloadTooLargeException">The payload is over <see cref="BroadcastOptions.MaxPayloadBytes"/>.</exception>
    /// <exception cref="ArgumentException">The event's name is empty or too long.</exception>
    /// <exception cref="InvalidOperationException">The request names a driver that is not there.</exception>
    public ValueTask<PreparedBroadcast> PrepareAsync(BroadcastRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        var broadcast = request.Event;
        if (!broadcast.BroadcastWhen())
        {
            return ValueTask.FromResult(PreparedBroadcast.Nothing);
        }

        var channels = Targets(request);
        if (channels.Count == 0 && request.ConnectionId is null)
        {
            return ValueTask.FromResult(PreparedBroadcast.Nothing);
        }

        var prepared = Prepare(request, channels);
        var names = request.Drivers ?? (IReadOnlyCollection<string>)_options.Drivers;
        if (names.Count == 0)
        {
            return ValueTask.FromResult(prepared);
        }

        // All of them are looked up before the first is sent to.
        var drivers = names.Select(name => FindDriver(name, "The broadcast names")).Distinct().ToArray();
        return SendToDriversAsync(prepared, drivers, cancellationToken);
    }

    private PreparedBroadcast Prepare(BroadcastRequest request, IReadOnlyList<Channel> channels)
    {
        var name = CheckedName(request.Event);
        var data = _serializer.Serialize(request.Event.BroadcastWith());
        if (data.Length > _options.MaxPayloadBytes)
        {
            throw new PayloadTooLargeException(name, data.Length, _options.MaxPayloadBytes);
        }

        var now = _time.GetUtcNow();
        var except = request.Except.IsCurrent ? _currentSender?.ConnectionId : request.Except.ConnectionId;
        var messages = new BroadcastMessage[channels.Count];
        for (var i = 0; i < messages.Length; i++)
        {
            messages[i] = new BroadcastMessage
            {
                Channel = channels[i],
                Event = name,
                Data = data,
                Timestamp = now,
                Except = except,
                UserId = request.ClientUserId,
                IsClientEvent = request.IsClientEvent,
            };
        }

        return new PreparedBroadcast(
            messages,
            request.ConnectionId is null ? null : new DirectMessage(request.ConnectionId, name, data, now));
    }

    private IReadOnlyList<Channel> Targets(BroadcastRequest request)
    {
        var named = request.HasTarget ? request.Channels : request.Event.BroadcastOn();
        if (named.Count == 1 && request.Users.Count + request.Organizations.Count == 0 && !request.SystemAlerts)
        {
            return named;
        }

        // A set, because a channel that is named twice gets the message once; its order is that of the names.
        var channels = new OrderedDictionary<Channel, bool>();
        foreach (var channel in named)
        {
            channels[channel] = true;
        }

        foreach (var userId in request.Users)
        {
            channels[Channel.User(userId)] = true;
        }

        foreach (var organizationId in request.Organizations)
        {
            channels[_options.ChannelOfOrganization(organizationId)] = true;
        }

        if (request.SystemAlerts)
        {
            channels[Channel.Public(_options.SystemAlertsChannel)] = true;
        }

        return channels.Keys;
    }

    private async ValueTask<PreparedBroadcast> SendToDriversAsync(
        PreparedBroadcast prepared,
        IBroadcastDriver[] drivers,
        CancellationToken cancellationToken)
    {
        foreach (var driver in drivers)
        {
            foreach (var message in prepared.Messages)
            {
                try
                {
                    await driver.SendAsync(message, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception fault) when (fault is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
                {
                    Log.DriverFailed(_logger, fault, driver.Name, message.Event);
                }
            }
        }

        return prepared;
    }

    private IBroadcastDriver FindDriver(string name, string who) => _drivers.TryGetValue(name, out var driver)
        ? driver
        : throw new InvalidOperationException(
            $"{who} the driver \"{name}\", which is not registered; known are {string.Join(", ", _drivers.Keys.Order(StringComparer.Ordinal))}. Register it as an IBroadcastDriver service.");

    private static string CheckedName(IEvent broadcast)
    {
        var name = broadcast.BroadcastAs();
        return name is { Length: > 0 and <= EventName.MaxLength }
            ? name
            : throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The event {broadcast.GetType()} has a name of {name?.Length ?? 0} characters; BroadcastAs() must give 1 to {EventName.MaxLength}."),
                nameof(broadcast));
    }
}
