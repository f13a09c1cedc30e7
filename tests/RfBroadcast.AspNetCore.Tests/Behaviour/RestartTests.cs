using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Behaviour;

/// <summary>Five hundred browser clients (Echo, in Node) lose their server, a process of its own, and come back.</summary>
[Trait("Category", "Slow")]
[Collection(AloneCollection.Name)]
public sealed class RestartTests : IAsyncLifetime
{
    private const int Clients = 500;
    private const string News = "kept.news";

    private ServerProcess _server = null!; // until InitializeAsync, like the next
    private Herd? _herd;

    public async Task InitializeAsync()
    {
        _server = await ServerProcess.StartTestHostAsync();
        try
        {
            _herd = Herd.Start(_server.Address, News, Clients);
            await _herd.UntilAsync(report => report.Subscribed == Clients, "all are subscribed");
            await PublishAsync(1, 100);
            await AllHaveAsync("1-100");
            await _herd!.ForgetAsync();
        }
        catch
        {
            await DisposeAsync(); // which xunit does only after this has succeeded
            throw;
        }
    }

    public async Task DisposeAsync()
    {
        if (_herd is not null)
        {
            await _herd.DisposeAsync();
        }

        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Cut_AllConnections_ComeBackWithJitterAndMissNothing()
    {
        await PostAsync("/cut");
        await _herd!.UntilAsync(report => report.Delays.Count > 0, "the first has noticed");
        await PublishAsync(101, 200); // while they are away or on their way
        await _herd!.UntilAsync(report => report.Recoveries.Values.Sum() == Clients, "all are back");
        await PublishAsync(201, 300);

        var report = await AllHaveAsync("1-300");

        report.Losses.Should().Equal(new Dictionary<string, int> { ["1006"] = Clients });
        report.Recoveries.Should().Equal(new Dictionary<string, int> { ["true"] = Clients });
        report.Gaps.Should().BeEmpty();
        report.Errors.Should().BeEmpty();
        ExpectJitter(report.Delays, most: 500); // docs/protocol.md: 0.5 s x 2^attempt
    }

    [Fact]
    public async Task Restart_AfterSigterm_NothingAcceptedIsMissedAndTheLostHistoryIsTold()
    {
        await PublishAsync(101, 200); // and at once:
        await _server.TerminateAsync();
        (await _server.ExitAsync()).Should().Be(0, _server.Output);
        var left = await _herd!.UntilAsync(report => report.Losses.Values.Sum() >= Clients, "all have lost it");
        left.Losses.Should().Equal(new Dictionary<string, int> { ["1001"] = Clients });
        left.Received.Should().Equal(new Dictionary<string, int> { ["1-200"] = Clients });
        ExpectJitter(left.Delays, most: 5_000); // docs/client.md: after 1001

        await _server.StartAsync();
        await _herd!.UntilAsync(report => report.Recoveries.Values.Sum() == Clients, "all are back");
        await PublishAsync(1001, 1100);

        // A memory that died with its process cannot recover them. It says so, and everything since then comes.
        var back = await AllHaveAsync("1-200,1001-1100");
        back.Recoveries.Should().Equal(new Dictionary<string, int> { ["false"] = Clients });
        back.Gaps.Should().Equal(new Dictionary<string, int> { ["epoch"] = Clients });
        back.Errors.Should().BeEmpty();
    }

    /// <summary>Full jitter: the waits are spread evenly from none to the most, so that the server is not stormed.</summary>
    private static void ExpectJitter(List<double> delays, double most)
    {
        delays.Should().HaveCount(Clients).And.OnlyContain(delay => delay >= 0 && delay <= most);
        for (var tenth = 0; tenth < 10; tenth++)
        {
            // 50 are expected; 35 away from that is more than five standard deviations.
            delays.Count(delay => (int)Math.Min(9, delay * 10 / most) == tenth).Should().BeInRange(15, 85, $"tenth {tenth} of {most} ms");
        }
    }

    private Task<HerdReport> AllHaveAsync(string runs) =>
        _herd!.UntilAsync(report => report.Received.GetValueOrDefault(runs) == Clients, $"each has received {runs}");

    private Task PublishAsync(int first, int last) => PostAsync($"/messages/{News}?first={first}&last={last}");

    private async Task PostAsync(string pathAndQuery)
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsync(new Uri(_server.Address, pathAndQuery), content: null);
        answer.EnsureSuccessStatusCode();
    }
}
