using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.Redis.Tests.Samples;

/// <summary>The sample's one command: a Redis, two nodes, one chat; and what is left of it afterwards.</summary>
public sealed class ScaleOutSampleTests
{
    [Fact]
    public async Task Run_AloneWithItsOwnRedis_IsOneChatOnTwoNodes_AndEndsOnCtrlC()
    {
        using var app = await ScaleOutApp.StartAsync();
        app.Output.Should().Contain("Open both, write in one, see it in the other.").And.Contain("started for this run");
        await ExpectOneChatAsync(app);

        var redisPort = int.Parse(app.Redis.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
        (await RedisCli.RunAsync(redisPort, "PING")).Should().Be("PONG");
        (await app.InterruptAsync()).Should().Be(0, app.Output);
        await FluentActions.Awaiting(() => RedisCli.RunAsync(redisPort, "PING")).Should().ThrowAsync<InvalidOperationException>();
        app.Output.Should().NotContain("warn:").And.NotContain("fail:");
    }

    [Fact]
    public async Task Run_WithARedisThatIsThere_UsesItAndLeavesItRunning()
    {
        await using var redis = await RedisServer.StartNewAsync();
        using (var app = await ScaleOutApp.StartAsync("--redis", redis.EndPoint))
        {
            app.Redis.Should().Be(redis.EndPoint);
            app.Output.Should().NotContain("started for this run");
            await ExpectOneChatAsync(app);
            (await app.InterruptAsync()).Should().Be(0, app.Output);
        }

        (await redis.CliAsync("PING")).Should().Be("PONG");
    }

    [Fact]
    public async Task Run_WithoutRedisServer_SaysWhatToInstall()
    {
        using var app = ScaleOutApp.Run(path: "/nowhere");

        (await app.ExitAsync()).Should().Be(1);

        app.Output.Should().Contain("apt-get install redis-server").And.Contain("--redis localhost:6379");
    }

    private static async Task ExpectOneChatAsync(ScaleOutApp app)
    {
        using var http = new HttpClient();
        (await http.GetStringAsync(app.NodeA)).Should().Contain("<title>ScaleOut</title>");
        (await http.GetStringAsync(new Uri(app.NodeB, "/node"))).Should().Be("""{"name":"B"}""");

        using var ada = await ScaleOutApp.EnterAsync(app.NodeA, "1", "Ada Ä.");
        using var bob = await ScaleOutApp.EnterAsync(app.NodeB, "2", "Bob");
        await ada.SubscribeAsync("presence-room");
        var entered = await bob.SubscribeAsync("presence-room");

        entered["members"].EnumerateArray().Select(member => member.GetProperty("user_info").GetRawText()).Should().HaveCount(2)
            .And.Contain("""{"name":"Bob","node":"B"}""");
        (await ada.FindAsync("member_joined"))["member"].GetProperty("user_id").GetString().Should().Be("2");

        (await SayAsync(app.NodeB, "2.Bob", "hello")).Should().Be(HttpStatusCode.NoContent);
        foreach (var client in new WireClient[] { ada, bob })
        {
            var said = await client.FindAsync("event");
            said["data"].GetRawText().Should().Be("""{"from":"2","name":"Bob","node":"B","text":"hello"}""");
            said["offset"].GetInt64().Should().Be(1);
        }

        (await SayAsync(app.NodeA, token: null, "nobody")).Should().Be(HttpStatusCode.Unauthorized);
        (await SayAsync(app.NodeA, "1.Ada", "")).Should().Be(HttpStatusCode.BadRequest);

        async Task<HttpStatusCode> SayAsync(Uri node, string? token, string text)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(node, "/messages")) { Content = JsonContent.Create(new { text }) };
            request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
            using var answer = await http.SendAsync(request);
            return answer.StatusCode;
        }
    }
}
