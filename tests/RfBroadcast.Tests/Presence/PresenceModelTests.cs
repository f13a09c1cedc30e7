using FsCheck;
using FsCheck.Fluent;
using RfBroadcast.Tests.Support;
using Xunit.Abstractions;

namespace RfBroadcast.Tests;

/// <summary>Random histories of presence: what each observer saw equals the truth. See <see cref="ModelRun"/> for the seed.</summary>
public sealed class PresenceModelTests(ITestOutputHelper output)
{
    [Fact]
    public Task Observers_AnySteps_SeeTheTruth() =>
        ModelRun.CheckAsync(output, Steps(), longest: 80, runs: 150, async steps =>
        {
            using var model = new PresenceModel();
            foreach (var step in steps)
            {
                await model.DoAsync(step);
            }

            await model.EndAsync();
        });

    [Fact]
    public Task Observers_StepsOfManyThreads_SeeTheTruthInTheEnd() =>
        ModelRun.RaceAsync(output, runs: 20, async random =>
        {
            using var race = new PresenceRace(random.Next());
            await race.RunAsync(threads: 4, steps: 120);
        });

    private static Gen<PresenceStep> Steps()
    {
        var actions = Gen.Frequency(
            (8, Gen.Constant(PresenceAction.Join)),
            (2, Gen.Constant(PresenceAction.Hold)),
            (2, Gen.Constant(PresenceAction.Release)),
            (2, Gen.Constant(PresenceAction.Leave)),
            (1, Gen.Constant(PresenceAction.Revoke)),
            (1, Gen.Constant(PresenceAction.Expire)),
            (2, Gen.Constant(PresenceAction.Close)),
            (1, Gen.Constant(PresenceAction.Disconnect)),
            (2, Gen.Constant(PresenceAction.Reload)),
            (3, Gen.Constant(PresenceAction.Wait)));
        var places = Gen.Choose(0, PresenceModel.Tabs - 1).Zip(Gen.Choose(0, PresenceModel.Channels.Length - 1), (tab, channel) => (tab, channel));
        var tenths = Gen.Elements(0, 1, 5, 15, 29, 30, 31, 40, 600);
        return actions.Zip(places, (action, place) => (action, place))
            .Zip(tenths, (step, time) => new PresenceStep(step.action, step.place.tab, step.place.channel, time));
    }
}
