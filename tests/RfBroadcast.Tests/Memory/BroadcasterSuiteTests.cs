using Microsoft.Extensions.DependencyInjection;
using RfBroadcast.Testing;

namespace RfBroadcast.Tests;

/// <summary>The suite itself: a broadcaster that does one thing wrong must not pass.</summary>
public sealed class BroadcasterSuiteTests
{
    [Fact]
    public void Cases_Names_AreUnique() => BroadcasterSuite.Cases.Select(one => one.Name).Should().OnlyHaveUniqueItems();

    [Fact]
    public async Task RunAsync_NeedsManyNodesAndThereIsOne_SaysSo()
    {
        var one = BroadcasterSuite.Cases.First(one => one.NeedsManyNodes);

        await FluentActions.Awaiting(() => one.RunAsync(new BroadcasterCluster(_ => { }))).Should().ThrowAsync<ArgumentException>().WithMessage("*several nodes*");
        await FluentActions.Awaiting(() => BroadcasterSuite.RunAsync("x", new BroadcasterCluster(_ => { }))).Should().ThrowAsync<ArgumentException>().WithMessage("*no case \"x\"*");
    }

    [Theory]
    [InlineData(BroadcasterFault.None, null)]
    [InlineData(BroadcasterFault.Loses, "Order.OnePublisher_KeepsItsOrder")]
    [InlineData(BroadcasterFault.Loses, "Order.OnePublisherWithHistory_KeepsItsOrder")]
    [InlineData(BroadcasterFault.Repeats, "Order.OnePublisher_KeepsItsOrder")]
    [InlineData(BroadcasterFault.Repeats, "FanOut.Message_ReachesEverySubscriberOnEveryNode")]
    [InlineData(BroadcasterFault.LeavesNobodyOut, "Sender.LeftOut_GetsEverythingElse")]
    [InlineData(BroadcasterFault.LeavesNobodyOut, "Recovery.LeftOut_IsNotReplayedUnderEitherId")]
    [InlineData(BroadcasterFault.ForgetsKeys, "Idempotency.SameKeyAgain_IsPublishedOnce")]
    [InlineData(BroadcasterFault.ForgetsKeys, "Idempotency.SameKeyAtOnceWithHistory_IsPublishedOnce")]
    [InlineData(BroadcasterFault.HasNoGrace, "PresenceLeave.Closed_StaysForTheGrace")]
    [InlineData(BroadcasterFault.HasNoGrace, "PresenceLeave.Closed_BackWithinTheGrace_NeverLeft")]
    [InlineData(BroadcasterFault.ReplaysNothing, "Recovery.Since_GetsExactlyWhatWasMissedThenLive")]
    [InlineData(BroadcasterFault.ReplaysNothing, "Recovery.UnderTraffic_NoGapAndNoRepeat")]
    [InlineData(BroadcasterFault.Hangs, "FanOut.Message_ArrivesAsItWasSent")]
    public async Task RunAsync_FaultyBroadcaster_FailsAndSaysWhat(BroadcasterFault fault, string? failing)
    {
        var cluster = new BroadcasterCluster(builder => builder.Services.AddSingleton<IBroadcaster>(
            provider => new FaultyBroadcaster(provider.GetRequiredService<MemoryBroadcaster>(), fault)))
        {
            Patience = failing is null ? Wait.Limit : TimeSpan.FromSeconds(1),
        };

        var run = () => BroadcasterSuite.RunAsync(failing ?? "Order.OnePublisher_KeepsItsOrder", cluster);

        if (failing is null)
        {
            await run.Should().NotThrowAsync();
        }
        else
        {
            (await run.Should().ThrowAsync<BroadcasterCaseException>()).Which.Message.Should().StartWith(failing + ": ");
        }
    }
}
