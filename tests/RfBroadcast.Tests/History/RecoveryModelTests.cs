using FsCheck;
using FsCheck.Fluent;
using Xunit.Abstractions;

namespace RfBroadcast.Tests;

/// <summary>
/// Random histories of clients that come back: what each sees has no gap and no repeat and is in order, or the reason is right.
/// See <see cref="ModelRun"/> for the seed.
/// </summary>
public sealed class RecoveryModelTests(ITestOutputHelper output)
{
    [Fact]
    public Task Clients_AnySteps_GetEveryMessageOnceInOrderOrTheReason() =>
        ModelRun.CheckAsync(output, Steps(), longest: 100, runs: 200, async steps =>
        {
            using var model = new RecoveryModel();
            await model.StartAsync();
            foreach (var step in steps)
            {
                await model.DoAsync(step);
            }
        });

    private static Gen<RecoveryStep> Steps()
    {
        var actions = Gen.Frequency(
            (20, Gen.Constant(RecoveryAction.Publish)),
            (8, Gen.Constant(RecoveryAction.PublishLarge)),
            (3, Gen.Constant(RecoveryAction.PublishExcept)),
            (3, Gen.Constant(RecoveryAction.PublishExceptPrevious)),
            (2, Gen.Constant(RecoveryAction.ClientEvent)),
            (12, Gen.Constant(RecoveryAction.Subscribe)),
            (4, Gen.Choose((int)RecoveryAction.SubscribeOld, (int)RecoveryAction.SubscribeFresh).Select(action => (RecoveryAction)action)),
            (8, Gen.Constant(RecoveryAction.Begin)),
            (4, Gen.Constant(RecoveryAction.Read)),
            (6, Gen.Constant(RecoveryAction.Complete)),
            (3, Gen.Constant(RecoveryAction.Unsubscribe)),
            (10, Gen.Constant(RecoveryAction.Drop)),
            (3, Gen.Constant(RecoveryAction.Wait)),
            (1, Gen.Constant(RecoveryAction.WaitHours)));

        // Most of it on few channels, so that much happens on each.
        var places = Gen.Choose(0, RecoveryModel.ClientCount - 1).Zip(Gen.Elements(0, 0, 0, 0, 1, 2, 2, 3), (client, channel) => (client, channel));
        return actions.Zip(places, (action, place) => (action, place))
            .Zip(Gen.Choose(0, 60), (step, amount) => new RecoveryStep(step.action, step.place.client, step.place.channel, amount));
    }
}
