using System.Diagnostics;

namespace RfBroadcast.Benchmarks;

/// <summary>
/// This program again, as another process pinned to one core. Pinned by taskset before the runtime starts, so that .NET sees
/// one processor and sets up its thread pool and garbage collector for it.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromMinutes(3);

    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    public int Id => _process.Id; // taskset replaces itself by the program

    /// <summary>Starts a server, with the runtime's default settings but for how soon it compiles.</summary>
    public static ChildProcess StartServer(int core, params string[] arguments) => Start(core, compilesAtOnce: false, arguments);

    /// <summary>Starts a load generator: what it runs is compiled in full at once, so that it needs no warming up.</summary>
    public static ChildProcess StartLoad(int core, params string[] arguments) => Start(core, compilesAtOnce: true, arguments);

    private static ChildProcess Start(int core, bool compilesAtOnce, string[] arguments)
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("The program's path is not known.");
        var start = new ProcessStartInfo("taskset") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["-c", core.ToString(System.Globalization.CultureInfo.InvariantCulture), program, .. AssemblyOf(program), .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        // What changes in the working directory is not the server's affair; the host would watch it for settings.
        start.Environment["DOTNET_hostBuilder__reloadConfigOnChange"] = "false";

        // With one processor the runtime waits ten times as long before it compiles in full what runs often: a busy server would for some 20 s be
        // measured with code that an app's server leaves behind while it starts.
        start.Environment["DOTNET_TC_DelaySingleProcMultiplier"] = "1";
        if (compilesAtOnce)
        {
            start.Environment["DOTNET_TieredCompilation"] = "0";
        }

        return new ChildProcess(Process.Start(start) ?? throw new InvalidOperationException("taskset did not start."));
    }

    /// <summary>Sends a command and waits for its answer.</summary>
    public async Task<T> AskAsync<T>(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        await _process.StandardInput.FlushAsync();
        using var timeout = new CancellationTokenSource(AnswerTimeout);
        var line = await _process.StandardOutput.ReadLineAsync(timeout.Token);
        return Answers.Read<T>(line ?? throw new InvalidOperationException($"The process that was told '{command}' has ended."));
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    // Started as `dotnet X.dll`, the program is dotnet, and its first argument is X.dll.
    private static string[] AssemblyOf(string program) =>
        Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(ChildProcess).Assembly.Location] : [];
}
