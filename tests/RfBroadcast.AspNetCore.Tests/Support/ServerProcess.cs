using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace RfBroadcast.AspNetCore.Tests.Support;

/// <summary>An app as a process of its own, on the same address each time it is started.</summary>
internal sealed partial class ServerProcess(string assembly, Action<ProcessStartInfo>? configure = null) : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly StringBuilder _output = new();
    private Process? _process;

    /// <summary>Where it listens; a free port of the loopback the first time.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>What all of its runs have written.</summary>
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

    /// <summary>Starts tests/RfBroadcast.TestHost.</summary>
    public static async Task<ServerProcess> StartTestHostAsync(params string[] settings)
    {
        var server = new ServerProcess(typeof(TestHost.Traffic).Assembly.Location);
        await server.StartAsync(settings);
        return server;
    }

    public async Task StartAsync(params string[] settings)
    {
        var listening = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", ["exec", assembly, "--urls", Address.GetLeftPart(UriPartial.Authority), .. settings])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
            EnableRaisingEvents = true,
        };
        configure?.Invoke(process.StartInfo);
        process.OutputDataReceived += (_, line) => Read(line.Data, listening);
        process.ErrorDataReceived += (_, line) => Read(line.Data, listening);
        process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException($"The server did not start:\n{Output}"));
        process.Start();
        _process = process;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Address = new Uri(await listening.Task.WaitAsync(StartTimeout));
    }

    /// <summary>Asks it to stop, as <c>kill -TERM</c> does.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", Running.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync().InTimeAsync();
        kill.ExitCode.Should().Be(0);
    }

    /// <summary>Waits until it has ended and everything it wrote has been read; gives its exit code.</summary>
    public async Task<int> ExitAsync()
    {
        using var process = Running;
        await process.WaitForExitAsync().InTimeAsync();
        _process = null;
        return process.ExitCode;
    }

    /// <summary>Ends the process as a crash would.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await ExitAsync();
        }
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    private Process Running => _process ?? throw new InvalidOperationException("The server is not running.");

    [GeneratedRegex(@"Now listening on: (?<address>http://\S+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Listening();

    private void Read(string? line, TaskCompletionSource<string> listening)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
        }

        if (Listening().Match(line) is { Success: true } match)
        {
            listening.TrySetResult(match.Groups["address"].Value);
        }
    }
}
