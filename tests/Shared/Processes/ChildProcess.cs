using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace RfBroadcast.TestSupport;

/// <summary>A process that this one has started, with what it writes. It does not outlive this one, however that ends.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly List<(string Text, TaskCompletionSource Seen)> _awaited = [];

    private ChildProcess(ProcessStartInfo start)
    {
        start.UseShellExecute = false;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Exited += (_, _) => Ended();
    }

    public int Id => _process.Id;

    public bool IsRunning => !_process.HasExited;

    /// <summary>What it has written.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public static ChildProcess Start(ProcessStartInfo start)
    {
        var child = new ChildProcess(start);
        child._process.Start();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        DeathWatch.OfThisProcess.Watch(child._process.Id);
        return child;
    }

    /// <summary>Waits until it has written a text; fails when it ends before.</summary>
    public async Task UntilOutputAsync(string text)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_output)
        {
            if (_output.ToString().Contains(text, StringComparison.Ordinal))
            {
                return;
            }

            _awaited.Add((text, seen));
        }

        if (_process.HasExited)
        {
            Ended();
        }

        await seen.Task.InTimeAsync();
    }

    /// <summary>Sends a signal: <c>TERM</c>, <c>STOP</c>, <c>CONT</c>, <c>KILL</c>.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync().InTimeAsync();
        if (kill.ExitCode != 0)
        {
            throw new InvalidOperationException($"The process cannot be sent {signal}.");
        }
    }

    /// <summary>Waits until it has ended and everything it wrote has been read; gives its exit code.</summary>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().InTimeAsync();
        return _process.ExitCode;
    }

    /// <summary>Ends it as a crash would.</summary>
    public async Task KillAsync()
    {
        KillIfRunning();
        await ExitAsync();
    }

    public void Dispose()
    {
        KillIfRunning();
        DeathWatch.OfThisProcess.Forget(_process.Id);
        _process.Dispose();
    }

    private void KillIfRunning()
    {
        try
        {
            _process.Kill();
        }
        catch (Exception fault) when (fault is InvalidOperationException or Win32Exception)
        {
            // It has ended already.
        }
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
            foreach (var (text, seen) in _awaited)
            {
                if (line.Contains(text, StringComparison.Ordinal))
                {
                    seen.TrySetResult();
                }
            }
        }
    }

    private void Ended()
    {
        lock (_output)
        {
            foreach (var (text, seen) in _awaited)
            {
                seen.TrySetException(new InvalidOperationException($"The process ended before it wrote \"{text}\":\n{_output}"));
            }
        }
    }
}
