using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace RfBroadcast.AspNetCore.Tests.Support;

/// <summary>Many browser clients in one Node process, each subscribed to the same public channel (tests/client/support/herd.js).</summary>
internal sealed class Herd : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly Process _node;

    private Herd(Process node) => _node = node;

    public static Herd Start(Uri server, string channel, int count)
    {
        var folder = Repository.PathOf("tests", "client");
        Directory.Exists(Path.Combine(folder, "node_modules", "ws"))
            .Should().BeTrue("the browser client runs with the package ws: npm --prefix tests/client ci (tests/run.sh does it)");
        try
        {
            return new Herd(Process.Start(new ProcessStartInfo(
                "node",
                [Path.Combine(folder, "support", "herd.js"), new Uri(server, "/ws").AbsoluteUri, channel, count.ToString(CultureInfo.InvariantCulture)])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!); // a process is started whenever no shell is used
        }
        catch (Win32Exception fault)
        {
            throw new InvalidOperationException("These tests need Node 20 or later as \"node\" on the PATH: apt-get install nodejs npm (tests/run.sh does it).", fault);
        }
    }

    /// <summary>What the clients have seen.</summary>
    public Task<HerdReport> ReportAsync() => AskAsync("report");

    /// <summary>Forgets what was seen but not what was received.</summary>
    public Task ForgetAsync() => AskAsync("forget");

    /// <summary>Asks until the report is as wanted; the report that never came is part of the failure.</summary>
    public async Task<HerdReport> UntilAsync(Func<HerdReport, bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(Wait.Limit);
        while (true)
        {
            var report = await ReportAsync();
            if (condition(report))
            {
                return report;
            }

            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"It never came true: {what}. The last report: {JsonSerializer.Serialize(report, Json)}");
            }

            await Task.Delay(100, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_node.HasExited)
        {
            _node.Kill();
        }

        await _node.WaitForExitAsync();
        _node.Dispose();
    }

    private async Task<HerdReport> AskAsync(string question)
    {
        await _node.StandardInput.WriteLineAsync(question).InTimeAsync();
        var answer = await _node.StandardOutput.ReadLineAsync().InTimeAsync() ?? throw new InvalidOperationException("Node has ended.");
        return JsonSerializer.Deserialize<HerdReport>(answer, Json)!; // an answer is always an object
    }
}

/// <summary>What the clients of a <see cref="Herd"/> have seen.</summary>
internal sealed record HerdReport
{
    /// <summary>How many are in each state.</summary>
    public Dictionary<string, int> States { get; init; } = [];

    /// <summary>How many have received what, as runs of numbers.</summary>
    public Dictionary<string, int> Received { get; init; } = [];

    /// <summary>How many are subscribed.</summary>
    public int Subscribed { get; init; }

    /// <summary>The times, in milliseconds, that clients chose to wait after they lost their connection.</summary>
    public List<double> Delays { get; init; } = [];

    /// <summary>The close codes of lost connections.</summary>
    public Dictionary<string, int> Losses { get; init; } = [];

    /// <summary>What subscriptions said of being recovered: true, false, or null for new ones.</summary>
    public Dictionary<string, int> Recoveries { get; init; } = [];

    /// <summary>The reasons of the gaps that were told.</summary>
    public Dictionary<string, int> Gaps { get; init; } = [];

    /// <summary>The codes of errors.</summary>
    public Dictionary<string, int> Errors { get; init; } = [];
}
