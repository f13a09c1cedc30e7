namespace RfBroadcast.Benchmarks.Tests.Load;

/// <summary>The servers and the load generator together, in this process: what is published arrives, and what is lost is seen.</summary>
public sealed class LoadGeneratorTests
{
    private const string Channels = "room*3";

    public static TheoryData<ServerKind> Servers => [.. Enum.GetValues<ServerKind>().Where(kind => kind is not (ServerKind.Redis or ServerKind.RedisClient))];

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Receive_OfWhatWasPublished_HasItAll(ServerKind kind)
    {
        var (load, publisher) = await StartAsync(kind);
        load.Connect(ChannelNames.Of(Channels), count: 30, atOnce: 10, first: 1, since: null);
        load.Start();

        var publishing = publisher.BurstAsync(3 * 500);
        var received = await Task.Run(() => load.Receive(30 * 500));
        await publishing;

        received.Should().BeEquivalentTo(new { Deliveries = 30 * 500, Lost = 0, Repeated = 0, Reordered = 0 });
        received.P50.Should().BePositive();
        received.Max.Should().BeGreaterThanOrEqualTo(received.P99);
        load.Close();
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Receive_ByClientsThatShouldHaveSeenMore_CountsTheLoss(ServerKind kind)
    {
        var (load, publisher) = await StartAsync(kind);
        await publisher.BurstAsync(3 * 5);
        load.Connect(ChannelNames.Of(Channels), count: 3, atOnce: 10, first: 4, since: null);
        load.Start();

        var publishing = publisher.BurstAsync(3);
        var received = await Task.Run(() => load.Receive(3));
        await publishing;

        received.Should().BeEquivalentTo(new { Deliveries = 3, Lost = 3 * 2, Repeated = 0, Reordered = 0 });
        load.Close();
    }

    [Theory]
    [InlineData(ServerKind.RfBroadcast)]
    [InlineData(ServerKind.Limit)]
    public async Task Connect_ByClientsThatComeBack_BringsWhatTheyMissed(ServerKind kind)
    {
        var (load, publisher) = await StartAsync(kind, "kept.news");
        load.Connect(["kept.news"], count: 5, atOnce: 5, first: 1, since: null);
        var publishing = publisher.BurstAsync(10);
        load.Receive(5 * 10).Lost.Should().Be(0);
        await publishing;
        load.Close();
        await publisher.BurstAsync(20);

        load.Connect(["kept.news"], count: 5, atOnce: 5, first: 11, since: 10);

        load.Receive(5 * 20).Should().BeEquivalentTo(new { Deliveries = 5 * 20, Lost = 0, Repeated = 0, Reordered = 0 });
        load.Close();
    }

    private static async Task<(LoadGenerator Load, Publisher Publisher)> StartAsync(ServerKind kind, string channels = Channels)
    {
        var server = ServerKinds.Create(kind);
        var dialect = ServerKinds.DialectOf(kind);
        var load = new LoadGenerator(dialect, await server.StartAsync(), inflatesEvery: 1);
        var paddings = dialect.Deflates ? JsonPadding.Of(1200) : [Payload.PaddingOf(128)];
        return (load, new Publisher([.. ChannelNames.Of(channels).Select(server.Channel)]) { Paddings = paddings });
    }
}
