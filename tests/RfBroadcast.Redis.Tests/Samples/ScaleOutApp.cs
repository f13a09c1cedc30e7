using System.Diagnostics;
using System.Text.RegularExpressions;
using RfBroadcast.AspNetCore.Tests.Support;
using ScaleOut;

namespace RfBroadcast.Redis.Tests.Samples;

/// <summary>samples/ScaleOut as a process of its own, as its one command starts it.</summary>
internal sealed partial class ScaleOutApp : IDisposable
{
    private static readonly string Dotnet = Environment.ProcessPath!; // that of the tests, whatever the path says

    private readonly ChildProcess _process;

    private ScaleOutApp(ChildProcess process) => _process = process;

    public Uri NodeA => AddressOf("Node A");

    public Uri NodeB => AddressOf("Node B");

    /// <summary>The Redis it says it uses.</summary>
    public string Redis => RedisLine().Match(Output).Groups["value"].Value;

    public string Output => _process.Output;

    /// <summary>Starts it, and waits until it tells what to do.</summary>
    public static async Task<ScaleOutApp> StartAsync(params string[] arguments)
    {
        var app = Run(path: null, arguments);
        await app._process.UntilOutputAsync("Ctrl+C ends it all.");
        return app;
    }

    /// <summary>Starts it where programs are looked for elsewhere.</summary>
    public static ScaleOutApp Run(string? path, params string[] arguments)
    {
        // Whoever started the tests in the background made them, and what they start, deaf to Ctrl+C.
        var start = new ProcessStartInfo("/usr/bin/env", ["--default-signal=INT", Dotnet, "exec", typeof(NewMessage).Assembly.Location, "--port", "0", .. arguments])
        {
            WorkingDirectory = Repository.PathOf("samples", "ScaleOut"), // there is its wwwroot
        };
        if (path is not null)
        {
            start.Environment["PATH"] = path;
        }

        return new ScaleOutApp(ChildProcess.Start(start));
    }

    /// <summary>As Ctrl+C does; gives the exit code.</summary>
    public async Task<int> InterruptAsync()
    {
        await _process.SignalAsync("INT");
        return await ExitAsync();
    }

    public Task<int> ExitAsync() => _process.ExitAsync();

    public static async Task<WireClient> EnterAsync(Uri node, string id, string name)
    {
        var client = await WireClient.ConnectAsync(node, $"/ws?auth_token={Uri.EscapeDataString($"{id}.{Uri.EscapeDataString(name)}")}");
        await client.GreetingAsync();
        return client;
    }

    public void Dispose() => _process.Dispose();

    private Uri AddressOf(string node) => new(NodeLine().Matches(Output).Single(match => match.Groups["node"].Value == node).Groups["address"].Value);

    [GeneratedRegex(@"(?<node>Node [AB]): (?<address>http://\S+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex NodeLine();

    [GeneratedRegex(@"Redis at (?<value>127\.0\.0\.1:\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex RedisLine();
}
