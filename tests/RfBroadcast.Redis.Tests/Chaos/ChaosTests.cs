using System.Globalization;
using Xunit.Abstractions;

namespace RfBroadcast.Redis.Tests.Chaos;

/// <summary>
/// Three nodes, fifty clients, twenty channels with history of which four have presence, publishers on every node; and everything that can go wrong. One run
/// checks messages and presence. <c>RFB_SEED</c> repeats the faults of a run; <c>RFB_CHAOS_SECONDS</c> makes it longer.
/// </summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(20);

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Chaos_WhateverHappens_NothingIsLostSilently_AndPresenceIsTrueWhenItIsQuiet()
    {
        var seed = Number("RFB_SEED") ?? Random.Shared.Next();
        var length = TimeSpan.FromSeconds(Number("RFB_CHAOS_SECONDS") ?? 60);
        var log = new List<string>();
        Log($"RFB_SEED={seed.ToString(CultureInfo.InvariantCulture)}");
        await using var world = await ChaosWorld.StartAsync(Log);
        var run = new ChaosRun(seed, world, Log);
        try
        {
            await run.RunAsync(length, Round < length ? Round : length);
            Log(run.Summary());
        }
        catch (Exception fault)
        {
            var nodes = string.Join('\n', world.Nodes.Select(node => $"--- {node.Address}\n{Tail(node.Output)}"));
            throw new InvalidOperationException($"RFB_SEED={seed.ToString(CultureInfo.InvariantCulture)}\n{fault.Message}\n\n{string.Join('\n', log)}\n{nodes}", fault);
        }

        void Log(string line)
        {
            lock (log)
            {
                log.Add(line);
                output.WriteLine(line);
            }
        }
    }

    private static string Tail(string output) =>
        string.Join('\n', output.Split('\n').TakeLast(200).Select(line => line.Length > 1500 ? line[..1500] : line));

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
