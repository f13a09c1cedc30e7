using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;

namespace RfBroadcast.Redis.Tests.Sentinels;

/// <summary>Finding the master: what sentinels answer and publish, and what is said when they do not.</summary>
public sealed class SentinelGroupTests
{
    private static readonly SentinelAddress One = new("10.0.0.1", 6379);
    private static readonly SentinelAddress Two = new("10.0.0.2", 6380);

    [Fact]
    public async Task FindAsync_TheyDiffer_TheLatestFailOverCounts()
    {
        await using var first = Sentinel(() => (One, 1));
        await using var second = Sentinel(() => (One, 1));
        await using var third = Sentinel(() => (Two, 2));
        await using var group = Group(first, second, third);

        (await group.FindAsync(CancellationToken.None).InTimeAsync()).Should().Be(Two);
    }

    [Fact]
    public async Task FindAsync_OneIsDownAndOneSilent_TheOthersAnswer()
    {
        await using var silent = new ScriptedRedis(_ =>
        {
            Thread.Sleep(200);
            return "";
        });
        await using var good = Sentinel(() => (One, 1));
        await using var group = new SentinelGroup(
            Settings(FormattableString.Invariant($"127.0.0.1:{LoopbackPorts.Next()}"), silent.EndPoint, good.EndPoint), TimeProvider.System, NullLogger.Instance);

        (await group.FindAsync(CancellationToken.None).InTimeAsync()).Should().Be(One);
    }

    [Fact]
    public async Task Moved_AnotherMasterIsPublished_Completes()
    {
        var master = (One, Epoch: 1L);
        await using var sentinel = Sentinel(() => master);
        await using var group = Group(sentinel);
        await group.FindAsync(CancellationToken.None).InTimeAsync();
        await Wait.UntilAsync(() => sentinel.SubscriberCount == 1, "it is listened to");
        var moved = group.Moved;

        await sentinel.PushAsync("+switch-master", "other 10.0.0.1 6379 10.0.0.9 1");
        await sentinel.PushAsync("+switch-master", "rfb 10.0.0.9 6379 10.0.0.1 6379");
        moved.IsCompleted.Should().BeFalse("it is another name's, or the same master");
        master = (Two, 2);
        await sentinel.PushAsync("+switch-master", "rfb 10.0.0.1 6379 10.0.0.2 6380");

        await moved.InTimeAsync();
        (await group.FindAsync(CancellationToken.None).InTimeAsync()).Should().Be(Two);
        group.Moved.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task Moved_NothingIsPublished_IsFoundByAsking()
    {
        var time = new ManualTimeProvider();
        var master = (One, Epoch: 1L);
        await using var sentinel = Sentinel(() => master);
        await using var group = new SentinelGroup(Settings(sentinel.EndPoint), time, NullLogger.Instance);
        await group.FindAsync(CancellationToken.None).InTimeAsync();
        var moved = group.Moved;
        master = (Two, 2);

        await Wait.UntilAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return moved.IsCompleted;
            },
            "it is asked again");
    }

    [Fact]
    public async Task FindAsync_UnknownName_NamesTheSetting()
    {
        await using var sentinel = new ScriptedRedis(_ => "*-1");
        await using var group = Group(sentinel);

        (await FaultAsync(group)).Should().Be("The sentinels know no master named \"rfb\": set Broadcasting:Redis:SentinelService to the name they monitor it by.");
    }

    [Fact]
    public async Task FindAsync_NobodyThere_NamesTheSettingAndEachOfThem()
    {
        var nobody = FormattableString.Invariant($"127.0.0.1:{LoopbackPorts.Next()}");
        await using var group = new SentinelGroup(Settings(nobody), TimeProvider.System, NullLogger.Instance);

        (await FaultAsync(group)).Should().StartWith("No sentinel of Broadcasting:Redis:Sentinels names the master of \"rfb\". " + nobody + ": ");
    }

    [Fact]
    public async Task FindAsync_Passwords_AreTheSentinelsOwn()
    {
        await using var server = await RedisServer.StartNewAsync("requirepass", "right");
        await using var sentinel = new ScriptedRedis(_ => "-NOAUTH Authentication required.");
        foreach (var (endPoint, password, message) in ((string, string?, string)[])
        [
            (sentinel.EndPoint, null, "asks for a password: set Broadcasting:Redis:SentinelPassword"),
            (server.EndPoint, "wrong", "the password is not accepted: set Broadcasting:Redis:SentinelPassword"),
            (server.EndPoint, "right", "it is no sentinel: let Broadcasting:Redis:Sentinels name the sentinels (port 26379 by default), not the servers"),
        ])
        {
            await using var group = new SentinelGroup(Settings(endPoint) with { Password = password }, TimeProvider.System, NullLogger.Instance);

            (await FaultAsync(group)).Should().Contain(message).And.NotContain("right");
        }
    }

    [Fact]
    public async Task FindAsync_UserAndPassword_AreSentFirst()
    {
        await using var sentinel = Sentinel(() => (One, 1));
        await using var group = new SentinelGroup(Settings(sentinel.EndPoint) with { User = "ada", Password = "secret" }, TimeProvider.System, NullLogger.Instance);

        await group.FindAsync(CancellationToken.None).InTimeAsync();

        sentinel.Commands[0].Should().Be("AUTH ada secret");
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request")]
    [InlineData("*9999999")]
    [InlineData("$x")]
    [InlineData("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1")]
    public async Task FindAsync_NotRedis_IsSaid(string answer)
    {
        await using var other = new ScriptedRedis(_ => answer);
        await using var group = Group(other);

        (await FaultAsync(group)).Should().EndWith("What answers there does not speak the protocol of Redis.");
    }

    [Theory]
    [InlineData("localhost", "localhost:26379")]
    [InlineData("sentinel-1.example:5000", "sentinel-1.example:5000")]
    [InlineData("10.0.0.1:1", "10.0.0.1:1")]
    [InlineData("[::1]:5000", "[::1]:5000")]
    [InlineData("::1", "[::1]:26379")]
    [InlineData("[::1]", "[::1]:26379")]
    [InlineData("", null)]
    [InlineData("a:0", null)]
    [InlineData("a:65536", null)]
    [InlineData("a:b", null)]
    [InlineData(":1", null)]
    [InlineData("a:1,b:2", null)]
    [InlineData("redis://a", null)]
    public void TryParse_Address_ReadsIt(string text, string? expected) =>
        (SentinelAddress.TryParse(text, out var address) ? address.ToString() : null).Should().Be(expected);

    private static ScriptedRedis Sentinel(Func<(SentinelAddress Master, long Epoch)> master) => new(command =>
    {
        var (address, epoch) = master();
        return (command[0], command.ElementAtOrDefault(1)) switch
        {
            ("SENTINEL", "MASTER") => ScriptedRedis.List("name", "rfb", "config-epoch", epoch.ToString(CultureInfo.InvariantCulture), "quorum", "2"),
            ("SENTINEL", _) => ScriptedRedis.List(address.Host, address.Port.ToString(CultureInfo.InvariantCulture)),
            ("SUBSCRIBE", var topic) => ScriptedRedis.List("subscribe", topic!, "1"),
            ("PING", _) => ScriptedRedis.List("pong", ""),
            _ => "+OK",
        };
    });

    private static SentinelGroup Group(params ScriptedRedis[] sentinels) =>
        new(Settings([.. sentinels.Select(sentinel => sentinel.EndPoint)]), TimeProvider.System, NullLogger.Instance);

    private static SentinelSettings Settings(params string[] endPoints) => new(
        [.. endPoints.Select(text => SentinelAddress.TryParse(text, out var address) ? address : throw new FormatException(text))],
        "rfb", User: null, Password: null, IsTls: false, TlsHost: null, TimeSpan.FromSeconds(5));

    private static async Task<string> FaultAsync(SentinelGroup group) =>
        (await FluentActions.Awaiting(() => group.FindAsync(CancellationToken.None).InTimeAsync()).Should().ThrowAsync<BroadcasterUnavailableException>()).Which.Message;
}
