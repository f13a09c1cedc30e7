using System.Text.Json;
using static RfBroadcast.Testing.BroadcasterCase;

namespace RfBroadcast.Testing;

/// <summary>Who becomes a member, and who is told of it.</summary>
internal static class PresenceCases
{
    private const string Topic = "Presence";

    public static IEnumerable<BroadcasterCase> All =>
    [
        One(Topic, FirstConnection_IsAJoinForTheOthersAndNotForItself),
        One(Topic, Snapshot_IncludesTheJoinerAndEverybodyOnOtherNodes),
        One(Topic, SecondConnection_IsNoJoin),
        One(Topic, SecondConnection_ReplacesTheInfoSilently),
        One(Topic, Info_ArrivesAsItWasGiven),
        One(Topic, Info_OutlivesTheDocumentItIsOf),
        One(Topic, Members_AreOldestFirst),
        One(Topic, Members_OfAChannelThatIsNoPresenceChannel_AreNone),
        One(Topic, UserOfTheRequest_GoesOverTheConnections),
        One(Topic, NoUser_IsRefused),
        One(Topic, IdWithoutASocket_IsAMember),
        One(Topic, Subscribe_Again_IsAnsweredWithTheMembersAndIsNoJoin),
        One(Topic, ChannelsOfOneUser_AreSeparate),
        One(Topic, WithHistory_MembersAndMessagesComeTogether),
        One(Topic, Messages_ReachTheMembers),
        One(Topic, ComingAndGoing_EveryObserverAgreesWithTheMembers),
    ];

    private static async Task FirstConnection_IsAJoinForTheOthersAndNotForItself(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var ada = await here.JoinAsync(run.Chat, "ada");
        var bob = await there.JoinAsync(run.Chat, "bob");
        var eve = await here.JoinAsync(run.Chat, "eve");
        await run.SettleAsync(run.Chat, ada, bob, eve);

        Check.Sequence(["+bob", "+eve"], ada.Edges, "what the first member sees");
        Check.Sequence(["+eve"], bob.Edges, "what the second member sees");
        Check.Sequence([], eve.Edges, "what the third member sees");
    }

    private static async Task Snapshot_IncludesTheJoinerAndEverybodyOnOtherNodes(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var ada = await here.JoinAsync(run.Chat, "ada");
        var bob = await there.JoinAsync(run.Chat, "bob");

        Check.Sequence(["ada"], ada.Subscribed.Members ?? [], "the members that the first one is told");
        Check.Sequence(["ada", "bob"], bob.Subscribed.Members ?? [], "the members that the second one is told");
        Check.Sequence(["ada", "bob"], await here.MembersAsync(run.Chat), "the members");
        Check.Sequence(["ada", "bob"], await there.MembersAsync(run.Chat), "the members as another node sees them");
    }

    private static async Task SecondConnection_IsNoJoin(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var ada = await here.JoinAsync(run.Chat, "ada");
        await here.JoinAsync(run.Chat, "bob");
        var second = await there.JoinAsync(run.Chat, "bob");
        await there.JoinAsync(run.Chat, "ada");
        await run.SettleAsync(run.Chat, ada, second);

        Check.Sequence(["+bob"], ada.Edges, "what the first member sees");
        Check.Sequence([], second.Edges, "what the second connection of a member sees");
        Check.Sequence(["ada", "bob"], second.Subscribed.Members ?? [], "the members that the second connection is told");
        Check.Sequence(["ada", "bob"], await there.MembersAsync(run.Chat), "the members");
    }

    private static async Task SecondConnection_ReplacesTheInfoSilently(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var ada = await here.JoinAsync(run.Chat, "ada");
        await here.JoinAsync(run.Chat, "bob", """{"name":"Bob"}""");
        var before = (await here.Broadcaster.GetMembersAsync(run.Chat))[1];
        await there.JoinAsync(run.Chat, "bob", """{"name":"Robert"}""");
        var after = (await here.Broadcaster.GetMembersAsync(run.Chat))[1];
        var eve = await here.JoinAsync(run.Chat, "eve", "7");
        await run.SettleAsync(run.Chat, ada);

        Check.Sequence([null, """{"name":"Robert"}""", "7"], eve.Subscribed.MembersInfo ?? [], "what a new member is shown of all");
        Check.Equal("""{"name":"Bob"}""", before.UserInfo?.GetRawText(), "the info before");
        Check.Equal("""{"name":"Robert"}""", after.UserInfo?.GetRawText(), "the info after");
        Check.Equal(before.JoinedAt, after.JoinedAt, "when the member joined");
        Check.Sequence(["+bob", "+eve"], ada.Edges, "what the other member sees");
    }

    private static async Task Info_ArrivesAsItWasGiven(CaseRun run)
    {
        const string Info = """{"name":"Größe 漢字","tags":[1,null,{"a":"\"quoted\""}]}""";
        var (here, there) = await run.StartAsync();
        var started = TimeProvider.System.GetUtcNow();
        var ada = await here.JoinAsync(run.Chat, "ada");
        await there.JoinAsync(run.Chat, "bob", Info);
        await ada.SeesEdgesAsync("+bob");

        var members = await here.Broadcaster.GetMembersAsync(run.Chat);
        Check.Equal(null, members[0].UserInfo?.GetRawText(), "the info of who has none");
        Check.Equal(Info, members[1].UserInfo?.GetRawText(), "the info of who has some");
        var join = ada.Frames[^1];
        Check.Equal(Info, join.Data, "the info in the join");
        Check.Equal(members[1].JoinedAt.ToUnixTimeMilliseconds(), join.Timestamp.ToUnixTimeMilliseconds(), "the time of the join");

        // The store may have a clock of its own.
        Check.That((members[1].JoinedAt - started).Duration() < TimeSpan.FromMinutes(5), $"the member joined about {started:O}; it is {members[1].JoinedAt:O}");
    }

    private static async Task Info_OutlivesTheDocumentItIsOf(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        using (var document = JsonDocument.Parse("""{"name":"Ada"}"""))
        {
            await here.SubscribeAsync(here.Connect("ada"), run.Chat, request => request with { UserInfo = document.RootElement });
        }

        await here.SubscribeAsync(here.Connect("bob"), run.Chat, request => request with { UserInfo = default(JsonElement) });
        foreach (var node in new[] { here, there })
        {
            var members = await node.Broadcaster.GetMembersAsync(run.Chat);
            Check.Sequence(["""{"name":"Ada"}""", null], members.Select(member => member.UserInfo?.GetRawText()), "what is shown of the members");
        }
    }

    private static async Task Members_AreOldestFirst(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var users = new[] { "c", "a", "d", "b" };
        for (var i = 0; i < users.Length; i++)
        {
            await (i % 2 == 0 ? here : there).JoinAsync(run.Chat, users[i]);

            // A store may order by milliseconds.
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        await here.JoinAsync(run.Chat, "c");

        Check.Sequence(users, await here.MembersAsync(run.Chat), "the members");
        Check.Sequence(users, await there.MembersAsync(run.Chat), "the members as another node sees them");
    }

    private static async Task Members_OfAChannelThatIsNoPresenceChannel_AreNone(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        await here.JoinAsync(run.News, "ada");
        await here.JoinAsync(run.Chat, "ada");

        Check.Sequence([], await there.MembersAsync(run.News), "the members of a public channel");
        Check.Sequence([], await there.MembersAsync(Channel.Private(run.Chat.Name)), "the members of a private channel of the same name");
        Check.Sequence([], await there.MembersAsync(Channel.Presence(run.News.Name)), "the members where nobody is");
    }

    private static async Task UserOfTheRequest_GoesOverTheConnections(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var (guest, user) = (here.Connect(), here.Connect("ada"));

        await here.SubscribeAsync(guest, run.Chat, request => request with { UserId = "guest-1" });
        await here.SubscribeAsync(user, run.Chat, request => request with { UserId = "other" });
        await guest.SeesEdgesAsync("+other");
        Check.Sequence(["guest-1", "other"], await there.MembersAsync(run.Chat), "the members");

        await here.Broadcaster.UnsubscribeAsync(guest.Id, run.Chat);
        await user.SeesEdgesAsync("-guest-1");
    }

    private static async Task NoUser_IsRefused(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var guest = here.Connect();

        var fault = await Check.ThrowsAsync<AuthorizationFailedException>(
            () => here.Broadcaster.SubscribeAsync(CaseNode.Request(guest, run.Chat)).AsTask(),
            "joining without a user");
        await Check.ThrowsAsync<AuthorizationFailedException>(
            () => here.Broadcaster.SubscribeAsync(new SubscribeRequest { ConnectionId = run.NewConnectionId(), Channel = run.Chat }).AsTask(),
            "joining without a user and a socket");

        Check.Equal(run.Chat, fault.Channel, "the channel in the exception");
        Check.That(!here.Broadcaster.IsSubscribed(guest.Id, run.Chat), "it is not subscribed");
        Check.Equal(0, guest.Frames.Count, "the frames it is sent");
        Check.Sequence([], await there.MembersAsync(run.Chat), "the members");
    }

    private static async Task IdWithoutASocket_IsAMember(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var ada = await here.JoinAsync(run.Chat, "ada");
        var id = run.NewConnectionId();

        await there.Broadcaster.SubscribeAsync(new SubscribeRequest { ConnectionId = id, Channel = run.Chat, UserId = "bot" });
        Check.Sequence(["ada", "bot"], await here.MembersAsync(run.Chat), "the members");
        await there.Broadcaster.UnsubscribeAsync(id, run.Chat);

        await ada.SeesEdgesAsync("+bot", "-bot");
        Check.Sequence(["ada"], await here.MembersAsync(run.Chat), "the members that are left");
    }

    private static async Task Subscribe_Again_IsAnsweredWithTheMembersAndIsNoJoin(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var ada = await here.JoinAsync(run.Chat, "ada");
        var bob = await there.JoinAsync(run.Chat, "bob");
        await ada.SeesEdgesAsync("+bob");

        var outcome = await here.Broadcaster.SubscribeAsync(CaseNode.Request(ada, run.Chat) with { RequestId = "2", UserId = "eve" });
        await run.SettleAsync(run.Chat, ada, bob);

        Check.Equal(SubscribeOutcome.AlreadySubscribed, outcome, "the outcome");
        Check.Equal("2", ada.Subscribed.RequestId, "the id of the request that is answered");
        Check.Sequence(["ada", "bob"], ada.Subscribed.Members ?? [], "the members that it is told");
        Check.Sequence([], bob.Edges, "what the other member sees");

        // Once subscribed, once to be left: the second time was no second connection.
        await here.Broadcaster.UnsubscribeAsync(ada.Id, run.Chat);
        await bob.SeesEdgesAsync("-ada");
    }

    private static async Task ChannelsOfOneUser_AreSeparate(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var other = Channel.Presence(run.Chat.Name + ".other");
        var ada = await here.JoinAsync(run.Chat, "ada");
        var bob = await there.JoinAsync(run.Chat, "bob");
        await here.SubscribeAsync(ada, other);
        await here.Broadcaster.UnsubscribeAsync(ada.Id, other);
        await run.SettleAsync(run.Chat, ada, bob);

        Check.Sequence(["ada", "bob"], await there.MembersAsync(run.Chat), "the members of the one");
        Check.Sequence([], await there.MembersAsync(other), "the members of the other");
        Check.Sequence([], bob.Edges, "what another member of the one sees");
    }

    private static async Task WithHistory_MembersAndMessagesComeTogether(CaseRun run)
    {
        var (here, there) = await run.StartAsync(options => options.Channels.For("chat.{**id}", c => c.KeepHistory(10, TimeSpan.FromMinutes(10))));
        await there.SayAsync(run.Chat, 1);
        var ada = here.Connect("ada");

        await here.SubscribeAsync(ada, run.Chat, request => request with { Last = 5 });
        await there.SayAsync(run.Chat, 2);
        await there.JoinAsync(run.Chat, "bob");

        Check.Sequence(["ada"], ada.Subscribed.Members ?? [], "the members");
        Check.Equal(1L, ada.Subscribed.Offset, "the offset");
        await ada.GetsAsync("1", "2");
        await ada.SeesEdgesAsync("+bob");
        Check.Sequence([1L, 2L], ada.Offsets, "the offsets");

        await here.Broadcaster.SubscribeAsync(CaseNode.Request(ada, run.Chat));
        Check.Sequence(["ada", "bob"], ada.Subscribed.Members ?? [], "the members that it is told again");
        Check.Equal(2L, ada.Subscribed.Offset, "the offset that it is told again");
        Check.Equal(2, ada.Events.Count, "the messages in the end");
    }

    private static async Task Messages_ReachTheMembers(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var (ada, bob) = (await here.JoinAsync(run.Chat, "ada"), await there.JoinAsync(run.Chat, "bob"));

        await there.SayAsync(run.Chat, 1, except: bob.Id);
        await there.SayAsync(run.Chat, 2);

        await ada.GetsAsync("1", "2");
        await bob.GetsAsync("2");
    }

    private static async Task ComingAndGoing_EveryObserverAgreesWithTheMembers(CaseRun run)
    {
        var (here, there) = await run.StartAsync(options => options.PresenceGrace = TimeSpan.Zero);
        var observers = new List<CaseConnection> { await here.JoinAsync(run.Chat, "watcher") };

        // Three users come and go, each on two connections and nodes; observers come in between.
        var users = Enumerable.Range(0, 6).Select(worker => Task.Run(async () =>
        {
            var node = worker % 2 == 0 ? here : there;
            for (var round = 0; round < 20; round++)
            {
                var user = $"user-{worker / 2}";
                var connection = await node.JoinAsync(run.Chat, user);
                Check.That(connection.Subscribed.Members!.Contains(user, StringComparer.Ordinal), $"the snapshot includes the joiner {user}");
                await node.Broadcaster.RemoveConnectionAsync(connection.Id, leaveAtOnce: round % 2 == 0);
            }
        })).ToArray();
        for (var i = 0; i < 10; i++)
        {
            observers.Add(await (i % 2 == 0 ? there : here).JoinAsync(run.Chat, "watcher"));
        }

        await Task.WhenAll(users);
        await run.SettleAsync(run.Chat, [.. observers]);

        foreach (var observer in observers)
        {
            Check.Sequence(["watcher"], Present(observer), "who is there by what an observer saw");
        }

        Check.Sequence(["watcher"], await there.MembersAsync(run.Chat), "the members");
    }

    /// <summary>Who is there by what a client was told; no join of who is there, and no leave of who is not.</summary>
    private static IEnumerable<string> Present(CaseConnection client)
    {
        var present = new HashSet<string>(client.Subscribed.Members ?? [], StringComparer.Ordinal);
        foreach (var frame in client.Frames)
        {
            var user = frame.UserId ?? "";
            Check.That(frame.Kind != "joined" || present.Add(user), $"no join of {user}, who is there");
            Check.That(frame.Kind != "left" || present.Remove(user), $"no leave of {user}, who is not there");
        }

        return present.Where(user => !Marker.Is(user)).Order(StringComparer.Ordinal);
    }
}
