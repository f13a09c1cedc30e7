using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using RfBroadcast.TestSupport;

namespace RfBroadcast.AspNetCore.Tests.Browser;

/// <summary>samples/Chat as a process of its own, with its own place for keys, so that it can be killed and started again.</summary>
internal sealed partial class ChatServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("chat-home-");
    private readonly StringBuilder _output = new();
    private Process? _process;

    private ChatServer()
    {
    }

    /// <summary>Where it listens: the same after a restart.</summary>
    public string Address { get; private set; } = "http://127.0.0.1:0";

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

    public static async Task<ChatServer> StartAsync()
    {
        var server = new ChatServer();
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts it on the address it had, or the first time on a free port.</summary>
    public async Task StartAgainAsync(params string[] settings)
    {
        var listening = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet")
            {
                ArgumentList = { "exec", typeof(Chat.Guest).Assembly.Location, "--urls", Address },
                WorkingDirectory = Repository.PathOf("samples", "Chat"), // there is its wwwroot
                Environment = { ["HOME"] = _home.FullName, ["ASPNETCORE_ENVIRONMENT"] = "Production" },
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
            EnableRaisingEvents = true,
        };
        foreach (var setting in settings)
        {
            process.StartInfo.ArgumentList.Add(setting);
        }

        process.OutputDataReceived += (_, line) => Read(line.Data, listening);
        process.ErrorDataReceived += (_, line) => Read(line.Data, listening);
        process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException($"The chat did not start:\n{Output}"));
        process.Start();
        _process = process;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Address = await listening.Task.WaitAsync(StartTimeout);
    }

    /// <summary>Ends the process as a crash would.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process)
        {
            return;
        }

        _process = null;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>What a container does on a restart: the keys of the cookies are gone.</summary>
    public void LoseKeys()
    {
        foreach (var entry in _home.EnumerateDirectories())
        {
            entry.Delete(recursive: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _home.Delete(recursive: true);
    }

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
