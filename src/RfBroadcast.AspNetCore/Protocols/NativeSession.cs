using System.Diagnostics.CodeAnalysis;
using System.Threading.RateLimiting;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Carries out what one client says in the native protocol. Commands of one channel run in their order; a slow authorization
/// of one channel does not hold up another.
/// </summary>
/// <remarks>Called by the connection's reader alone, one message after the other.</remarks>
internal sealed partial class NativeSession(EndpointServices services, ClientConnection connection) : IMessageHandler, IAsyncDisposable
{
    // More commands than this wait for earlier ones before the next message is read.
    private const int MaxInFlight = 256;

    // Most connections are idle nearly always, and one that is holds none of these. They are guarded by the object itself: with very
    // many of them, a lock object each is memory.
    private Dictionary<string, Task>? _inFlight; // by channel
    private CancellationTokenSource? _ended; // while commands run
    private int _running;
    private bool _hasEnded;
    private TokenBucketRateLimiter? _errors;

    /// <summary>Cancelled when the connection has ended.</summary>
    private CancellationToken Ended
    {
        get
        {
            lock (this)
            {
                return _hasEnded ? new CancellationToken(canceled: true) : (_ended ??= new CancellationTokenSource()).Token;
            }
        }
    }

    /// <summary>Greets the client, and subscribes it to what its address names.</summary>
    public async ValueTask StartAsync(IEnumerable<SubscribeCommand> subscriptions)
    {
        var identity = connection.Identity;
        connection.SendControl(connection.Protocol.Reply.Connected(connection.Id, services.Options.PingInterval, identity.UserId, identity.ExpiresAt));
        foreach (var subscription in subscriptions)
        {
            await AcceptAsync(subscription).ConfigureAwait(false);
        }
    }

    /// <summary>Messages of bytes are not part of the protocol.</summary>
    public bool TakesBinary => false;

    /// <summary>Takes one message of the client's.</summary>
    public ValueTask AcceptAsync(ReadOnlyMemory<byte> message, bool isText) => AcceptAsync(ClientCommandParser.Parse(message));

    /// <summary>Stops what is under way, and waits for it.</summary>
    public async ValueTask DisposeAsync()
    {
        CancellationTokenSource? ended;
        lock (this)
        {
            _hasEnded = true;
            ended = _ended;
        }

        if (ended is not null)
        {
            await ended.CancelAsync().ConfigureAwait(false);
        }

        await Task.WhenAll(InFlight(least: 1)).ConfigureAwait(false);
        CancelExpiries();
        ended?.Dispose();
        if (_errors is not null)
        {
            await _errors.DisposeAsync().ConfigureAwait(false);
        }

        if (_clientEvents is not null)
        {
            await _clientEvents.DisposeAsync().ConfigureAwait(false);
        }
    }

    private ValueTask AcceptAsync(ClientCommand command)
    {
        switch (command)
        {
            case PingCommand { IsShortForm: true } ping:
                connection.SendControl(connection.Protocol.Reply.Pong(ping.RequestId, ping.Data, services.Time.GetUtcNow()));
                return default;
            case PingCommand ping:
                connection.SendControl(connection.Protocol.Reply.Pong(ping.RequestId));
                return default;
            case FaultyCommand faulty:
                Refuse(faulty, faulty.Fault);
                return default;
            case SubscribeCommand subscribe:
                return RunInOrderAsync(subscribe.Channel, subscribe);
            case UnsubscribeCommand unsubscribe:
                return RunInOrderAsync(unsubscribe.Channel, unsubscribe);
            case EventCommand clientEvent:
                return RunInOrderAsync(clientEvent.Channel, clientEvent);
            default:
                throw new InvalidOperationException($"There is no way to carry out {command.GetType()}.");
        }
    }

    private async ValueTask RunInOrderAsync(string channel, ClientCommand command)
    {
        if (InFlight(least: MaxInFlight) is { Length: > 0 } tooMany)
        {
            await Task.WhenAny(tooMany).ConfigureAwait(false);
        }

        if (IsInFlight(channel, out var previous))
        {
            // A second one behind one that waits: read no further, so that a chain cannot grow.
            await previous.ConfigureAwait(false);
            await RunAsync(command).ConfigureAwait(false);
            return;
        }

        var task = RunAsync(command);
        if (!task.IsCompleted)
        {
            lock (this)
            {
                (_inFlight ??= new(StringComparer.Ordinal))[channel] = task;
            }

            _ = ForgetAsync(channel, task);
        }
    }

    /// <summary>Takes a command off when it has been carried out; it never fails.</summary>
    private async Task ForgetAsync(string channel, Task task)
    {
        await task.ConfigureAwait(false);
        lock (this)
        {
            _inFlight!.Remove(channel); // it was put there, and nothing else of this channel is until this is done
            _inFlight = _inFlight.Count == 0 ? null : _inFlight;
        }
    }

    private bool IsInFlight(string channel, [NotNullWhen(true)] out Task? task)
    {
        lock (this)
        {
            task = null;
            return _inFlight is not null && _inFlight.TryGetValue(channel, out task);
        }
    }

    /// <summary>What is under way, when it is at least so many.</summary>
    private Task[] InFlight(int least)
    {
        lock (this)
        {
            return _inFlight is null || _inFlight.Count < least ? [] : [.. _inFlight.Values];
        }
    }

    /// <summary>Carries out a command; its faults become error frames, so that the connection lives on.</summary>
    private async Task RunAsync(ClientCommand command)
    {
        Enter();
        try
        {
            var fault = command switch
            {
                SubscribeCommand subscribe => await SubscribeAsync(subscribe).ConfigureAwait(false),
                UnsubscribeCommand unsubscribe => await UnsubscribeAsync(unsubscribe).ConfigureAwait(false),
                EventCommand clientEvent => await PublishAsync(clientEvent).ConfigureAwait(false),
                _ => null,
            };
            if (fault is not null)
            {
                Refuse(command, fault);
            }
        }
        catch (OperationCanceledException) when (Volatile.Read(ref _hasEnded))
        {
            // The client has gone; nobody is there to be told.
        }
        catch (BroadcasterUnavailableException fault)
        {
            Log.BackEndUnavailable(services.Logger, fault, connection.Id);
            Refuse(command, new ClientFault(ErrorCode.Unavailable, "the back end could not be reached; try again", ChannelOf(command)));
        }
        catch (Exception fault)
        {
            Log.CommandFailed(services.Logger, fault, connection.Id, command.GetType().Name);
            Refuse(command, new ClientFault(ErrorCode.Internal, "the server failed to carry this out; try again", ChannelOf(command)));
        }
        finally
        {
            Leave();
        }
    }

    private void Enter()
    {
        lock (this)
        {
            _running++;
        }
    }

    private void Leave()
    {
        lock (this)
        {
            if (--_running == 0 && !_hasEnded)
            {
                _ended?.Dispose();
                _ended = null;
            }
        }
    }

    private static string? ChannelOf(ClientCommand command) => command switch
    {
        SubscribeCommand subscribe => subscribe.Channel,
        UnsubscribeCommand unsubscribe => unsubscribe.Channel,
        EventCommand clientEvent => clientEvent.Channel,
        _ => null,
    };

    /// <summary>Tells the client what was wrong; one that does nothing but wrong is closed.</summary>
    private void Refuse(ClientCommand command, ClientFault fault)
    {
        services.Metrics.Error(fault.Code);
        connection.SendControl(connection.Protocol.Reply.Error(fault, command.RequestId));
        if (!fault.IsMisuse)
        {
            return;
        }

        _errors ??= RateLimits.PerSecond(services.Options.MaxErrors, refill: 1);
        if (!RateLimits.TryTake(_errors, out _))
        {
            connection.Close(CloseCode.Misuse, "too many errors");
        }
    }
}
