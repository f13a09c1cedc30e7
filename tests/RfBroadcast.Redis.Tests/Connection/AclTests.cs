using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace RfBroadcast.Redis.Tests.Connection;

/// <summary>The rights that docs/redis.md asks for are enough.</summary>
public sealed partial class AclTests
{
    [Fact]
    public async Task User_WithTheRightsOfTheDocumentation_CanDoEverything()
    {
        var rules = await RightsAsync();
        rules.Should().StartWith("~rf:* &rf:*");
        await using var server = await RedisServer.StartNewAsync();

        // The client's oldest version cannot sign in as another user than the default one.
        await server.CliAsync(["ACL", "SETUSER", "default", "resetkeys", "resetchannels", "nocommands", .. rules.Split(' ')]);
        await using var one = new TestNode(server.EndPoint);
        await using var two = new TestNode(server.EndPoint);
        var (kept, plain, room) = (Channel.Public("history.x"), Channel.Public("x"), Channel.Presence("x"));
        var (ada, bob) = (one.Connect("1.1", "ada"), two.Connect("2.1", "bob"));
        foreach (var channel in (Channel[])[kept, plain, room])
        {
            await one.Broadcaster.JoinAsync(ada, channel);
            await two.Broadcaster.JoinAsync(bob, channel);
            await two.Broadcaster.SayAsync(channel, channel.WireName);
        }

        foreach (var _ in (int[])[1, 2])
        {
            foreach (var channel in (Channel[])[kept, plain])
            {
                await two.Broadcaster.BroadcastAsync(new BroadcastRequest { Event = new SimpleEvent("once", 1, channel), IdempotencyKey = "key" + channel.WireName });
            }
        }

        await ada.UntilEventsAsync(5);
        ada.Edges.Should().Equal("+bob");
        (await two.Broadcaster.ReadLastAsync(kept, 10)).Messages.Should().HaveCount(2);
        (await two.Broadcaster.GetMembersAsync(room)).Should().HaveCount(2);
        (await two.Broadcaster.GetConnectionsAsync(plain)).Should().BeEquivalentTo("1.1", "2.1");
        (await one.Connections.DisconnectUserAsync("bob")).Should().Be(1);
        await two.Broadcaster.RemoveConnectionAsync("2.1", leaveAtOnce: true);
        await ada.UntilAsync(frames => frames.Any(frame => frame.Kind == "left"));
        await two.StopAsync();
    }

    [Fact]
    public async Task User_SignsIn_WhereTheClientKnowsUsers()
    {
        if (typeof(ConfigurationOptions).Assembly.GetName().Version!.Major < 2)
        {
            return; // RedisOptionsTests looks at what is said then
        }

        await using var server = await RedisServer.StartNewAsync();
        await server.SetUserAsync("broadcasting", "right", (await RightsAsync()).Split(' '));
        await server.CliAsync("ACL", "SETUSER", "default", "off");
        await using var node = new TestNode(options => (options.Host, options.Port, options.User, options.Password) = ("127.0.0.1", server.Port, "broadcasting", "right"));

        (await node.Broadcaster.SayAsync(Channel.Public("history.x"), 1)).Position!.Value.Offset.Should().Be(1);
    }

    private static async Task<string> RightsAsync() => Rules().Match(await File.ReadAllTextAsync(Repository.PathOf("docs", "redis.md"))).Groups["rules"].Value;

    [GeneratedRegex(@"^    ACL SETUSER \S+ on >\S+ (?<rules>.*)$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Rules();
}
