using System.Diagnostics;

namespace RfBroadcast.TestSupport;

/// <summary>A program that is run again after it has ended, and what is done to its process meanwhile.</summary>
internal abstract class RestartableProcess
{
    private ChildProcess? _process;

    public bool IsRunning => _process is { IsRunning: true };

    /// <summary>What its current or last run has written.</summary>
    public string Output => _process?.Output ?? "";

    /// <summary>Asks it to stop, as an operator does, and waits until it has.</summary>
    public async Task StopAsync()
    {
        await Running.SignalAsync("TERM");
        await Running.ExitAsync();
    }

    /// <summary>Ends it as a crash does.</summary>
    public Task KillAsync() => Running.KillAsync();

    /// <summary>Stops the process where it is, with its connections open, as a machine that hangs.</summary>
    public Task FreezeAsync() => Running.SignalAsync("STOP");

    public Task ThawAsync() => Running.SignalAsync("CONT");

    /// <summary>Runs it, and waits until it has written that it is ready.</summary>
    protected async Task RunAsync(ProcessStartInfo start, string ready)
    {
        _process?.Dispose();
        _process = ChildProcess.Start(start);
        await _process.UntilOutputAsync(ready);
    }

    protected void End() => _process?.Dispose();

    private ChildProcess Running => _process ?? throw new InvalidOperationException($"The {GetType().Name} was not started.");
}
