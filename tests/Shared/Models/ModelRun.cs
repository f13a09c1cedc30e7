using System.Globalization;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace RfBroadcast.TestSupport;

/// <summary>
/// Runs of random steps. The seed is in the test's output and in its failure: <c>RFB_SEED=…</c> repeats it, and
/// <c>RFB_MODEL_RUNS=…</c> makes so many runs instead of the few that are made everywhere.
/// </summary>
internal static class ModelRun
{
    private const string SeedVariable = "RFB_SEED";
    private const string RunsVariable = "RFB_MODEL_RUNS";

    /// <summary>Checks sequences of steps; what fails is made as short as it still fails.</summary>
    public static Task CheckAsync<T>(ITestOutputHelper output, Gen<T> step, int longest, int runs, Func<T[], Task> run)
    {
        var sequences = Gen.Choose(1, longest).SelectMany(length => step.ArrayOf(length));
        return CheckAsync(output, Arb.From(sequences, Shorter), runs, run);
    }

    /// <summary>Checks cases one by one.</summary>
    public static Task CheckAsync<T>(ITestOutputHelper output, Arbitrary<T> cases, int runs, Func<T, Task> run) =>
        SeededAsync(output, runs, (seed, count) => Task.Run(() =>
        {
            // Not on xunit's synchronization context: FsCheck blocks while a case runs.
            var config = Config.QuickThrowOnFailure
                .WithMaxTest(count)
                .WithReplay(new FsCheck.Replay(new Rnd(seed), FSharpOption<int>.None));
            Prop.ForAll(cases, one => run(one).GetAwaiter().GetResult()).Check(config);
        }));

    /// <summary>Runs what races: the seed repeats what is done, not how the threads meet.</summary>
    public static Task RaceAsync(ITestOutputHelper output, int runs, Func<Random, Task> run) =>
        SeededAsync(output, runs, async (seed, count) =>
        {
            for (var i = 0; i < count; i++)
            {
                await run(new Random(unchecked((int)seed + i)));
            }
        });

    private static async Task SeededAsync(ITestOutputHelper output, int runs, Func<ulong, int, Task> check)
    {
        var seed = Read(SeedVariable) ?? (ulong)RandomNumberGenerator.GetInt32(int.MaxValue);
        var count = (int)(Read(RunsVariable) ?? (ulong)runs);
        var told = string.Create(CultureInfo.InvariantCulture, $"{SeedVariable}={seed} {RunsVariable}={count}");
        output.WriteLine(told);
        try
        {
            await check(seed, count);
        }
        catch (Exception fault)
        {
            throw new XunitException($"{told} repeats it. {fault.Message}", fault);
        }
    }

    private static ulong? Read(string variable) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static IEnumerable<T[]> Shorter<T>(T[] steps)
    {
        for (var size = steps.Length / 2; size >= 1; size /= 2)
        {
            for (var first = 0; first < steps.Length; first += size)
            {
                yield return [.. steps[..first], .. steps[Math.Min(first + size, steps.Length)..]];
            }
        }
    }
}
