using Microsoft.Extensions.Logging;

namespace RfBroadcast;

/// <summary>
/// A connection id in the hub, with its subscriptions by wire name. Without a socket it lives as long as it has
/// subscriptions. Its lock guards only itself and is never held across a call out.
/// </summary>
/// <remarks>
/// All the hub sends goes through here, so that a socket that throws harms nobody else: it is closed, once, and sent nothing
/// any more; who owns it then removes it as any closed connection.
/// </remarks>
internal sealed class ConnectionEntry(string id, IConnection? socket, ILogger logger)
{
    private const int ServerFailed = 1011;

    private readonly Lock _gate = new();
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
            lock (_gate)
            {
                return _subscriptions.CountLive();
            }
        }
    }

    /// <summary>Sends frames to the socket, if there is one.</summary>
    public void Send(in BatchSlice frames)
    {
        if (socket is null || Volatile.Read(ref _failed) != 0)
        {
            return;
        }

        try
        {
            socket.Send(frames);
        }
        catch (Exception fault)
        {
            Fail(fault);
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
        lock (_gate)
        {
            return !_closed && _subscriptions.TryAdd(subscription);
        }
    }

    public Subscription? Find(string wireName)
    {
        lock (_gate)
        {
            return _subscriptions.Find(wireName);
        }
    }

    /// <summary>Removes a subscription; true when the entry has no use any more.</summary>
    public bool Remove(string wireName)
    {
        lock (_gate)
        {
            _subscriptions.Remove(wireName);
            _closed |= socket is null && _subscriptions.IsEmpty;
            return _closed;
        }
    }

    /// <summary>Lets nothing be added any more, and gives what was there.</summary>
    public Subscription[] Close()
    {
        lock (_gate)
        {
            _closed = true;
            return _subscriptions.ToArray(withEnded: true);
        }
    }

    public Subscription[] Subscriptions()
    {
        lock (_gate)
        {
            return _subscriptions.ToArray(withEnded: false);
        }
    }
}
