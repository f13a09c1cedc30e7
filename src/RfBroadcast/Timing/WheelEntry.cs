namespace RfBroadcast;

/// <summary>One callback waiting on a <see cref="TimerWheel"/>. Thread-safe.</summary>
public sealed class WheelEntry
{
    private readonly TimerWheel _wheel;
    private readonly Action<object?> _callback;
    private readonly object? _state;

    internal WheelEntry(TimerWheel wheel, Action<object?> callback, object? state)
    {
        _wheel = wheel;
        _callback = callback;
        _state = state;
    }

    // Guarded by the wheel.
    internal WheelEntry? Next { get; set; }

    internal WheelEntry? Previous { get; set; }

    internal long DueTick { get; set; }

    internal bool IsLinked { get; set; }

    /// <summary>Schedules the same callback again, from now; if it is still waiting, it waits anew.</summary>
    public void Reschedule(TimeSpan delay) => _wheel.Schedule(this, delay);

    /// <summary>Takes it off the wheel. A callback that is already due may still run.</summary>
    public void Cancel() => _wheel.Cancel(this);

    internal void Run() => _callback(_state);
}
