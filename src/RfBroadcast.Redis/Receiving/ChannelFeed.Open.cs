using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>
/// Subscribing in Redis and unsubscribing. Whoever subscribes locally holds the feed meanwhile; it closes only when nobody holds it and
/// nobody is subscribed, and a closed one is never opened again: the directory makes a new one, after this has unsubscribed.
/// </summary>
internal sealed partial class ChannelFeed
{
    private int _holds;
    private bool _isClosed;
    private RedisSession? _session; // the one it is subscribed in, or is being subscribed in
    private Action<RedisChannel, RedisValue>? _handler;
    private Task? _opening;
    private WheelEntry? _idleCheck;

    /// <summary>Completes when a closed feed has unsubscribed.</summary>
    public TaskCompletionSource Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Keeps the feed open; false when it is closed.</summary>
    public bool TryHold()
    {
        lock (_gate)
        {
            _holds += _isClosed ? 0 : 1;
            return !_isClosed;
        }
    }

    /// <summary>Ends a hold.</summary>
    public void Release()
    {
        lock (_gate)
        {
            _holds--;
        }
    }

    /// <summary>Waits until it is subscribed in this session and, on an ordered channel, knows where the channel stands.</summary>
    /// <exception cref="BroadcasterUnavailableException">Redis cannot be reached.</exception>
    public Task OpenAsync(RedisSession session)
    {
        lock (_gate)
        {
            if (_session is { } later && later.Number > session.Number)
            {
                // Whoever asks took its session before that one failed: it must not take the feed back there.
                return _opening ?? Task.CompletedTask;
            }

            if (ReferenceEquals(_session, session) && _opening is { IsFaulted: false, IsCanceled: false })
            {
                return _opening;
            }

            var former = (Session: _session, Handler: _handler);
            _session = session;
            _handler = (_, payload) =>
            {
                session.Pushed();
                Receive(session, payload);
            };
            _isServerNew = former.Session is not null;
            _isHealing = IsOrdered; // what comes from now on is early, until the position has been compared
            return _opening = OpenAsync(session, _handler, former.Session, former.Handler);
        }
    }

    /// <summary>Whether it could be closed: nobody holds it, and nobody is subscribed.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _holds == 0 && _services.Hub.CountSubscribers(Channel) == 0;
            }
        }
    }

    /// <summary>Closes it after a while, unless somebody has come by then.</summary>
    /// <param name="close">What closes it.</param>
    public void CloseWhenIdle(Action<ChannelFeed> close)
    {
        lock (_gate)
        {
            if (_isClosed || _idleCheck is not null)
            {
                return;
            }

            _idleCheck = _services.Wheel.Schedule(_services.Options.UnsubscribeDelay, () =>
            {
                lock (_gate)
                {
                    _idleCheck = null;
                }

                close(this);
            });
        }
    }

    /// <summary>Lets nobody hold it any more, if it is idle.</summary>
    public bool TryClose()
    {
        lock (_gate)
        {
            if (_isClosed || _holds > 0 || _services.Hub.CountSubscribers(Channel) > 0)
            {
                return false;
            }

            _isClosed = true;
            _backlog.Clear();
            _early.Clear();
            foreach (var (_, sequence) in _publishers)
            {
                sequence.Early.Clear();
            }

            return true;
        }
    }

    /// <summary>Takes the handler of a closed feed off, and completes <see cref="Closed"/>.</summary>
    public async Task UnsubscribeAsync()
    {
        RedisSession? session;
        Action<RedisChannel, RedisValue>? handler;
        lock (_gate)
        {
            (session, handler) = (_session, _handler);
        }

        try
        {
            if (session is not null && ReferenceEquals(session, _services.Link.Session))
            {
                await session.UnsubscribeAsync(Keys.Topic, handler!).ConfigureAwait(false); // set with the session
            }
        }
        catch (BroadcasterUnavailableException)
        {
            // The session is at its end; there is no subscription in the next one.
        }
        finally
        {
            Closed.TrySetResult();
        }
    }

    private async Task OpenAsync(
        RedisSession session,
        Action<RedisChannel, RedisValue> handler,
        RedisSession? former,
        Action<RedisChannel, RedisValue>? formerHandler)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // out of the lock
        if (former is not null && formerHandler is not null && ReferenceEquals(former.Multiplexer, session.Multiplexer))
        {
            // The same multiplexer came back by itself: only a subscription made anew is certain to be there.
            await session.UnsubscribeAsync(Keys.Topic, formerHandler).ConfigureAwait(false);
        }

        await session.SubscribeAsync(Keys.Topic, handler).ConfigureAwait(false);
        if (!IsOrdered)
        {
            return;
        }

        if (Place.SeenEpoch.Length == 0)
        {
            await CompareAsync(session).ConfigureAwait(false);
        }
        else
        {
            await HealAsync(session).ConfigureAwait(false); // it has subscribers, for whom it tries again
        }
    }
}
