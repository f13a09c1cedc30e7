using System.Collections.Concurrent;

namespace RfBroadcast.Benchmarks;

/// <summary>The limit server's one thread that sends. It sleeps in epoll until there is something to send or room to send it.</summary>
internal sealed class LimitPump
{
    private readonly ConcurrentQueue<object> _posted = new();
    private readonly Epoll _epoll = new();
    private readonly int _wake = Libc.EventFd(0, 0);
    private readonly List<LimitConnection> _watched = [];
    private int _asleep;

    public LimitPump()
    {
        _epoll.Watch(_wake, 0, Epoll.In);
        _watched.Add(null!); // 0 is the wake-up's
        new Thread(Run) { IsBackground = true }.Start();
    }

    /// <summary>Has a channel's messages sent.</summary>
    public void Post(LimitChannel channel) => PostItem(channel);

    /// <summary>Runs something on the pump's thread.</summary>
    public void Post(Action action) => PostItem(action);

    /// <summary>On the pump's thread: sends, or waits for room. False when the client has gone.</summary>
    public bool Send(LimitConnection connection, byte[] batch)
    {
        var waited = connection.IsWaiting;
        if (!connection.Send(batch))
        {
            return false;
        }

        if (!waited && connection.IsWaiting)
        {
            WaitForRoom(connection);
        }

        return true;
    }

    private unsafe void PostItem(object item)
    {
        _posted.Enqueue(item);
        if (Interlocked.Exchange(ref _asleep, 0) == 1)
        {
            ulong one = 1;
            _ = Libc.Write(_wake, &one, sizeof(ulong));
        }
    }

    private void Run()
    {
        while (true)
        {
            while (_posted.TryDequeue(out var item))
            {
                if (item is LimitChannel channel)
                {
                    channel.FanOut();
                }
                else
                {
                    ((Action)item)();
                }
            }

            Volatile.Write(ref _asleep, 1);
            Interlocked.MemoryBarrier(); // the flag before the look
            HandleEvents(_posted.IsEmpty ? -1 : 0);
            Volatile.Write(ref _asleep, 0);
        }
    }

    private unsafe void HandleEvents(int timeout)
    {
        foreach (ref readonly var ready in _epoll.Wait(timeout))
        {
            if (ready.Id == 0)
            {
                ulong count;
                _ = Libc.Read(_wake, &count, sizeof(ulong));
                continue;
            }

            var connection = _watched[ready.Id];
            connection.SendWaiting();
            if (connection.IsWaiting)
            {
                WaitForRoom(connection);
            }
        }
    }

    private void WaitForRoom(LimitConnection connection)
    {
        if (connection.Id > 0)
        {
            _epoll.Change(connection.Fd, connection.Id, Epoll.Out | Epoll.OneShot);
            return;
        }

        connection.Id = _watched.Count;
        _watched.Add(connection);
        _epoll.Watch(connection.Fd, connection.Id, Epoll.Out | Epoll.OneShot);
    }
}
