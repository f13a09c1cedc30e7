using System.Diagnostics;
using System.Globalization;

namespace RfBroadcast.TestSupport;

/// <summary>Runs redis-cli.</summary>
internal static class RedisCli
{
    /// <summary>Runs it on the server of that port; gives what it prints. An error reply of the server throws.</summary>
    public static Task<string> RunAsync(int port, params string[] arguments) =>
        RunAsync(["-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "-e", .. arguments]);

    /// <summary>Runs it with these arguments alone.</summary>
    public static async Task<string> RunAsync(string[] arguments)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo("redis-cli", arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        process.Start();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().InTimeAsync();
        return process.ExitCode == 0
            ? (await output).TrimEnd('\n')
            : throw new InvalidOperationException($"redis-cli {string.Join(' ', arguments)} failed: {await output}{await errors}");
    }
}
