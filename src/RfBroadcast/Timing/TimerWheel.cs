using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace RfBroadcast;

/// <summary>
/// One timer for all heartbeats, expiries and grace periods: scheduling and cancelling cost the same however many are
/// waiting, and nothing is created per message.
/// </summary>
/// <remarks>
/// A callback runs on the timer's thread up to one <see cref="Tick"/> after its time, never before it; it must not block. What
/// it throws is logged and harms no other. Thread-safe. The timer stands still while nothing is scheduled.
/// </remarks>
public sealed class TimerWheel : IDisposable
{
    /// <summary>The precision: 100 milliseconds.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private const int SlotCount = 512;

    // A list of what was due that was longer once is not kept for the next tick.
    private const int LongestKept = 1024;

    private readonly Lock _gate = new();
    private readonly WheelEntry?[] _slots = new WheelEntry?[SlotCount];
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly ILogger _logger;
    private long _start;
    private long _tick; // the last tick that was run
    private int _count;
    private bool _disposed;
    private List<WheelEntry>? _spare = []; // for what is due; null while it is in use

    /// <summary>Makes a wheel that runs on this clock.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where a failing callback is reported.</param>
    public TimerWheel(TimeProvider time, ILogger<TimerWheel>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _logger = (ILogger?)logger ?? NullLogger.Instance;
        _timer = time.CreateTimer(static wheel => ((TimerWheel)wheel!).Advance(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many callbacks are waiting.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    /// <summary>Calls <paramref name="callback"/> once after <paramref name="delay"/>.</summary>
    /// <returns>The entry; cancel it with <see cref="WheelEntry.Cancel"/>.</returns>
    public WheelEntry Schedule(TimeSpan delay, Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return Schedule(delay, static run => ((Action)run!)(), callback);
    }

    /// <summary>
    /// Calls <paramref name="callback"/> once with <paramref name="state"/> after <paramref name="delay"/>: for entries of which there are
    /// very many, which can share a callback.
    /// </summary>
    /// <returns>The entry; cancel it with <see cref="WheelEntry.Cancel"/>.</returns>
    public WheelEntry Schedule(TimeSpan delay, Action<object?> callback, object? state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var entry = new WheelEntry(this, callback, state);
        Schedule(entry, delay);
        return entry;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            Array.Clear(_slots);
            _count = 0;
        }

        _timer.Dispose();
    }

    internal void Schedule(WheelEntry entry, TimeSpan delay)
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            if (entry.IsLinked)
            {
                Unlink(entry);
            }

            if (_count == 0)
            {
                _start = _time.GetTimestamp();
                _tick = 0;
                _timer.Change(Tick, Tick);
            }

            // The current tick has partly gone: one more, so that nothing runs before its time.
            var elapsed = _time.GetElapsedTime(_start);
            var longest = TimeSpan.MaxValue - elapsed;
            var due = elapsed + (delay <= TimeSpan.Zero ? TimeSpan.Zero : delay < longest ? delay : longest);
            Link(entry, Math.Max(_tick + 1, (due.Ticks / Tick.Ticks) + 1));
        }
    }

    internal void Cancel(WheelEntry entry)
    {
        lock (_gate)
        {
            if (entry.IsLinked)
            {
                Unlink(entry);
                StopWhenEmpty();
            }
        }
    }

    private void Advance()
    {
        // A tick that lasts may meet the next one.
        var due = Interlocked.Exchange(ref _spare, null) ?? [];
        lock (_gate)
        {
            if (_disposed || _count == 0)
            {
                return;
            }

            var now = _time.GetElapsedTime(_start).Ticks / Tick.Ticks;
            while (_tick < now && _count > 0)
            {
                _tick++;
                Collect(due);
            }

            StopWhenEmpty();
        }

        foreach (var entry in due)
        {
            Run(entry);
        }

        if (due.Capacity <= LongestKept)
        {
            due.Clear();
            Volatile.Write(ref _spare, due);
        }
    }

    private void Run(WheelEntry entry)
    {
        try
        {
            entry.Run();
        }
        catch (Exception fault)
        {
            Log.CallbackFailed(_logger, fault);
        }
    }

    private void Collect(List<WheelEntry> due)
    {
        var entry = _slots[_tick % SlotCount];
        while (entry is not null)
        {
            var next = entry.Next;
            if (entry.DueTick <= _tick)
            {
                Unlink(entry);
                due.Add(entry);
            }

            entry = next;
        }
    }

    private void Link(WheelEntry entry, long dueTick)
    {
        ref var head = ref _slots[dueTick % SlotCount];
        entry.DueTick = dueTick;
        entry.Previous = null;
        entry.Next = head;
        head?.Previous = entry;
        head = entry;
        entry.IsLinked = true;
        _count++;
    }

    private void Unlink(WheelEntry entry)
    {
        if (entry.Previous is null)
        {
            _slots[entry.DueTick % SlotCount] = entry.Next;
        }
        else
        {
            entry.Previous.Next = entry.Next;
        }

        entry.Next?.Previous = entry.Previous;
        entry.Next = entry.Previous = null;
        entry.IsLinked = false;
        _count--;
    }

    private void StopWhenEmpty()
    {
        if (_count == 0)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
