using Microsoft.Extensions.Logging;

namespace RfBroadcast;

/// <summary>
/// A connection id in the hub, with its subscriptions by wire name. Without a socket it lives as long as it has
/// subscriptions. Its lock guards only itself and is never held across a call out.
/// </summary>
/// <remarks>
/// A socket that throws harms nobody else: it is closed, once, and what made it throw sends it nothing any more; who owns it
/// then removes it as any closed connection.
/// </remarks>
internal sealed class ConnectionEntry(string id, IConnection? socket, ILogger logger)
{
    private const int ServerFailed = 1011;

    // What is below is guarded by the object itself: with very many of them, a lock object each is memory and a cache miss each.
    private SubscriptionSet _subscriptions;
    private bool _closed;
    private int _failed;

    public string Id => id;

    public IConnection? Socket => socket;

    /// <summary>How many subscriptions it has; one that has ended does not count, though its client may not know yet.</summary>
    public int Count
    {
        get
        {
            lock (this)
            {
                return _subscriptions.CountLive();
            }
        }
    }

    /// <summary>Tells the socket something that it must not miss, if there is one. What cannot be written closes it too.</summary>
    public void Tell<TState>(TState state, Action<IConnection, TState> tell)
    {
        if (socket is null || Volatile.Read(ref _failed) != 0)
        {
            return;
        }

        try
        {
            tell(socket, state);
        }
        catch (Exception fault)
        {
            Fail(fault);
        }
    }

    /// <summary>Closes a socket that threw, or that can no longer be told where it is.</summary>
    public void Fail(Exception fault)
    {
        if (socket is null || Interlocked.Exchange(ref _failed, 1) != 0)
        {
            return;
        }

        Log.ConnectionFailed(logger, fault, id);
        try
        {
            socket.Close(ServerFailed, "the server failed");
        }
        catch (Exception second)
        {
            Log.ConnectionFailed(logger, second, id);
        }
    }

    /// <summary>Adds a subscription; false when the connection has closed.</summary>
    public bool TryAdd(Subscription subscription)
    {
        lock (this)
        {
            return !_closed && _subscriptions.TryAdd(subscription);
        }
    }

    public Subscription? Find(string wireName)
    {
        lock (this)
        {
            return _subscriptions.Find(wireName);
        }
    }

    /// <summary>Removes a subscription; true when the entry has no use any more.</summary>
    public bool Remove(string wireName)
    {
        lock (this)
        {
            _subscriptions.Remove(wireName);
            _closed |= socket is null && _subscriptions.IsEmpty;
            return _closed;
        }
    }

    /// <summary>Lets nothing be added any more, and gives what was there.</summary>
    public Subscription[] Close()
    {
        lock (this)
        {
            _closed = true;
            return _subscriptions.ToArray(withEnded: true);
        }
    }

    public Subscription[] Subscriptions()
    {
        lock (this)
        {
            return _subscriptions.ToArray(withEnded: false);
        }
    }
}
