using static RfBroadcast.Testing.BroadcasterCase;

namespace RfBroadcast.Testing;

/// <summary>When a member leaves: with the last connection, at once or after the grace period, told exactly once.</summary>
internal static class PresenceLeaveCases
{
    private const string Topic = "PresenceLeave";

    // Longer than any case takes, so that nobody leaves by it; and short, for those who shall.
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    public static IEnumerable<BroadcasterCase> All =>
    [
        One(Topic, LastConnection_IsALeaveAndAnEarlierOneIsNot),
        One(Topic, Unsubscribed_LeavesAtOnce),
        One(Topic, UnsubscribedByTheApp_LeavesAtOnce),
        One(Topic, Revoked_LeavesAtOnce),
        One(Topic, UnsubscribedToComeBack_StaysForTheGrace),
        One(Topic, Closed_StaysForTheGrace),
        One(Topic, Closed_LeavesAfterTheGrace),
        One(Topic, Closed_BackWithinTheGrace_NeverLeft),
        One(Topic, Closed_WithAnotherConnectionOpen_NeverLeaves),
        One(Topic, Closed_WithoutGrace_LeavesAtOnce),
        One(Topic, ClosedByTheApp_LeavesAtOnce),
        One(Topic, ClosedTwoConnections_LeavesOnce),
        One(Topic, BackAfterLeaving_IsANewMember),
        Many(Topic, NodeThatStops_ItsMembersLeaveOnce),
        Many(Topic, NodeThatStops_MembersConnectedElsewhereStay),
    ];

    private static async Task LastConnection_IsALeaveAndAnEarlierOneIsNot(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var ada = await here.JoinAsync(run.Chat, "ada");
        var (first, second) = (await here.JoinAsync(run.Chat, "bob"), await there.JoinAsync(run.Chat, "bob"));

        await here.Broadcaster.UnsubscribeAsync(first.Id, run.Chat);
        await run.SettleAsync(run.Chat, ada);
        Check.Sequence(["+bob"], ada.Edges, "what another member sees after the first connection left");
        Check.Sequence(["ada", "bob"], await there.MembersAsync(run.Chat), "the members after the first connection left");

        await there.Broadcaster.UnsubscribeAsync(second.Id, run.Chat);
        await run.SettleAsync(run.Chat, ada);
        Check.Sequence(["+bob", "-bob"], ada.Edges, "what another member sees after the last connection left");
        Check.Sequence(["ada"], await here.MembersAsync(run.Chat), "the members after the last connection left");
    }

    private static Task Unsubscribed_LeavesAtOnce(CaseRun run) => LeavesAtOnce(run, default);

    private static Task UnsubscribedByTheApp_LeavesAtOnce(CaseRun run) => LeavesAtOnce(run, UnsubscribeReason.ByApp);

    private static Task Revoked_LeavesAtOnce(CaseRun run) => LeavesAtOnce(run, UnsubscribeReason.Revoked);

    private static async Task LeavesAtOnce(CaseRun run, UnsubscribeReason reason)
    {
        var (here, there) = await run.StartAsync(options => options.PresenceGrace = Long);
        var ada = await here.JoinAsync(run.Chat, "ada");
        var bob = await there.JoinAsync(run.Chat, "bob");

        await there.Broadcaster.UnsubscribeAsync(bob.Id, run.Chat, reason);
        Check.Sequence(["ada"], await here.MembersAsync(run.Chat), "the members when the call has returned");
        await run.SettleAsync(run.Chat, ada);

        Check.Sequence(["+bob", "-bob"], ada.Edges, "what another member sees");
        Check.Equal(("unsubscribed", reason.Code), (bob.Frames[^1].Kind, bob.Frames[^1].Code), "what the client is told last");
    }

    private static async Task UnsubscribedToComeBack_StaysForTheGrace(CaseRun run)
    {
        var (here, there) = await run.StartAsync(options => options.PresenceGrace = Long);
        var ada = await here.JoinAsync(run.Chat, "ada");
        var bob = await there.JoinAsync(run.Chat, "bob");

        await there.Broadcaster.UnsubscribeAsync(bob.Id, run.Chat, UnsubscribeReason.Gap);
        Check.Sequence(["ada", "bob"], await here.MembersAsync(run.Chat), "the members before it is back");
        await there.SubscribeAsync(bob, run.Chat);
        await there.Broadcaster.UnsubscribeAsync(bob.Id, run.Chat, UnsubscribeReason.GrantExpired);
        await there.SubscribeAsync(bob, run.Chat);
        await run.SettleAsync(run.Chat, ada);

        Check.Sequence(["+bob"], ada.Edges, "what another member sees");
    }

    private static async Task Closed_StaysForTheGrace(CaseRun run)
    {
        var (here, there) = await run.StartAsync(options => options.PresenceGrace = Long);
        var ada = await here.JoinAsync(run.Chat, "ada");
        var bob = await there.JoinAsync(run.Chat, "bob");

        await there.LoseAsync(bob);
        await run.SettleAsync(run.Chat, ada);

        Check.Sequence(["+bob"], ada.Edges, "what another member sees");
        Check.Sequence(["ada", "bob"], await here.MembersAsync(run.Chat), "the members");
        var eve = await here.JoinAsync(run.Chat, "eve");
        Check.Sequence(["ada", "bob", "eve"], eve.Subscribed.Members ?? [], "the members that a new one is told");
    }

    private static async Task Closed_LeavesAfterTheGrace(CaseRun run)
    {
        var (here, there) = await run.StartAsync(options => options.PresenceGrace = Short);
        var ada = await here.JoinAsync(run.Chat, "ada");
        var bob = await there.JoinAsync(run.Chat, "bob");

        await there.LoseAsync(bob);
        await ada.SeesEdgesAsync("+bob", "-bob");
        Check.Sequence(["ada"], await there.MembersAsync(run.Chat), "the members");

        await run.SettleAsync(run.Chat, ada);
        Check.Sequence(["+bob", "-bob"], ada.Edges, "what another member sees in the end");
    }

    private static async Task Closed_BackWithinTheGrace_NeverLeft(CaseRun run)
    {
        var (here, there) = await run.StartAsync(options => options.PresenceGrace = Long);
        var ada = await here.JoinAsync(run.Chat, "ada");
        var node = there;
        var bob = await node.JoinAsync(run.Chat, "bob");

        // A page that is loaded again and again, each time on another node.
        for (var reload = 0; reload < 4; reload++)
        {
            await node.LoseAsync(bob);
            node = node == here ? there : here;
            bob = await node.JoinAsync(run.Chat, "bob");
            Check.Sequence(["ada", "bob"], bob.Subscribed.Members ?? [], "the members that it is told when it is back");
        }

        await run.SettleAsync(run.Chat, ada, bob);
        Check.Sequence(["+bob"], ada.Edges, "what another member sees");
        Check.Sequence([], bob.Edges, "what it sees itself");

        // All those before are forgotten: the last one is the only one.
        await node.Broadcaster.UnsubscribeAsync(bob.Id, run.Chat);
        await ada.SeesEdgesAsync("+bob", "-bob");
    }

    private static async Task Closed_WithAnotherConnectionOpen_NeverLeaves(CaseRun run)
    {
        var (here, there) = await run.StartAsync(options => options.PresenceGrace = Short);
        var ada = await here.JoinAsync(run.Chat, "ada");
        await here.JoinAsync(run.Chat, "bob");
        var second = await there.JoinAsync(run.Chat, "bob");
        var eve = await there.JoinAsync(run.Chat, "eve");

        // Eve closes after Bob: when she has left, his grace period is over too.
        await there.LoseAsync(second);
        await there.LoseAsync(eve);
        await ada.SeesEdgesAsync("+bob", "+eve", "-eve");
        await run.SettleAsync(run.Chat, ada);

        Check.Sequence(["+bob", "+eve", "-eve"], ada.Edges, "what another member sees");
        Check.Sequence(["ada", "bob"], await there.MembersAsync(run.Chat), "the members");
    }

    private static async Task Closed_WithoutGrace_LeavesAtOnce(CaseRun run)
    {
        var (here, there) = await run.StartAsync(options => options.PresenceGrace = TimeSpan.Zero);
        var ada = await here.JoinAsync(run.Chat, "ada");
        var bob = await there.JoinAsync(run.Chat, "bob");

        await there.LoseAsync(bob);
        await run.SettleAsync(run.Chat, ada);

        Check.Sequence(["+bob", "-bob"], ada.Edges, "what another member sees");
    }

    private static async Task ClosedByTheApp_LeavesAtOnce(CaseRun run)
    {
        var (here, there) = await run.StartAsync(options => options.PresenceGrace = Long);
        var ada = await here.JoinAsync(run.Chat, "ada");
        var bob = await there.JoinAsync(run.Chat, "bob");

        await there.Broadcaster.RemoveConnectionAsync(bob.Id, leaveAtOnce: true);
        await run.SettleAsync(run.Chat, ada);

        Check.Sequence(["+bob", "-bob"], ada.Edges, "what another member sees");
        Check.Sequence(["ada"], await here.MembersAsync(run.Chat), "the members");
    }

    private static async Task ClosedTwoConnections_LeavesOnce(CaseRun run)
    {
        var (here, there) = await run.StartAsync(options => options.PresenceGrace = Short);
        var ada = await here.JoinAsync(run.Chat, "ada");
        var (one, two) = (await here.JoinAsync(run.Chat, "bob"), await there.JoinAsync(run.Chat, "bob"));
        var eve = await there.JoinAsync(run.Chat, "eve");

        await Task.WhenAll(here.LoseAsync(one).AsTask(), there.LoseAsync(two).AsTask());
        await ada.SeesEdgesAsync("+bob", "+eve", "-bob");

        // As long again, so that a second leave would have come.
        await there.LoseAsync(eve);
        await ada.SeesEdgesAsync("+bob", "+eve", "-bob", "-eve");
    }

    private static async Task BackAfterLeaving_IsANewMember(CaseRun run)
    {
        var (here, there) = await run.StartAsync(options => options.PresenceGrace = Long);
        var ada = await here.JoinAsync(run.Chat, "ada");
        var bob = await there.JoinAsync(run.Chat, "bob", "1");
        var first = (await here.Broadcaster.GetMembersAsync(run.Chat))[1].JoinedAt;

        await there.Broadcaster.UnsubscribeAsync(bob.Id, run.Chat);
        await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        await there.JoinAsync(run.Chat, "bob", "2");

        await ada.SeesEdgesAsync("+bob", "-bob", "+bob");
        var again = (await here.Broadcaster.GetMembersAsync(run.Chat))[1];
        Check.That(again.JoinedAt > first, $"it joined after {first:O}; it is {again.JoinedAt:O}");
        Check.Equal("2", again.UserInfo?.GetRawText(), "what is shown of it");
    }

    private static async Task NodeThatStops_ItsMembersLeaveOnce(CaseRun run)
    {
        var (here, there) = await run.StartAsync(options => options.PresenceGrace = Short);
        var ada = await here.JoinAsync(run.Chat, "ada");
        await there.JoinAsync(run.Chat, "bob");
        await there.JoinAsync(run.Chat, "eve");
        await ada.SeesEdgesAsync("+bob", "+eve");

        await there.StopAsync();
        await ada.UntilAsync(_ => ada.Edges.Count >= 4, "sees two members leave");

        Check.Set(["+bob", "+eve", "-bob", "-eve"], ada.Edges, "what a member on another node sees");
        Check.Sequence(["ada"], await here.MembersAsync(run.Chat), "the members");
        Check.Sequence([ada.Id], await here.Broadcaster.GetConnectionsAsync(run.Chat), "the connections");
    }

    private static async Task NodeThatStops_MembersConnectedElsewhereStay(CaseRun run)
    {
        var (here, there) = await run.StartAsync(options => options.PresenceGrace = Short);
        var ada = await here.JoinAsync(run.Chat, "ada");
        await here.JoinAsync(run.Chat, "bob");
        await there.JoinAsync(run.Chat, "bob");
        await there.JoinAsync(run.Chat, "ada");
        await there.JoinAsync(run.Chat, "eve");

        await there.StopAsync();
        await ada.SeesEdgesAsync("+bob", "+eve", "-eve");

        Check.Sequence(["ada", "bob"], await here.MembersAsync(run.Chat), "the members");
    }
}
