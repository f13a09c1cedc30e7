using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Conformance;

/// <summary>The end point of the native protocol as a WebSocket server, on every way out.</summary>
public sealed class ProtocolConformanceTests(ProtocolConformanceTests.Servers servers) : IClassFixture<ProtocolConformanceTests.Servers>
{
    public static TheoryData<WayOut, string> Cases => ConformanceCase.Names(WaysOut.Distinct, ProtocolCases.All);

    public static TheoryData<WayOut, string> FurtherCases => ConformanceCase.Names(WaysOut.Further, ProtocolCases.All);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Frames_OnThisWay_AreAnsweredAsTheyMustBe(WayOut way, string what)
    {
        var one = ProtocolCases.All.Single(one => one.Name == what);
        var server = await servers.StartedAsync(way);
        foreach (var pieces in one.Pieces(way))
        {
            using var client = await ConformanceClient.OpenAsync(await way.ConnectRawAsync(server.Address, "/ws"), way, greets: true);
            await client.PlayAsync(one, pieces);
        }
    }

    [Theory]
    [MemberData(nameof(FurtherCases))]
    [Trait("Category", "Slow")]
    public Task Frames_OnThisWayToo_AreAnsweredAsTheyMustBe(WayOut way, string what) => Frames_OnThisWay_AreAnsweredAsTheyMustBe(way, what);

    /// <summary>A server a way, for all cases.</summary>
    public sealed class Servers : IAsyncLifetime
    {
        private readonly Dictionary<WayOut, BroadcastApp> _apps = [];

        public Task InitializeAsync() => Task.CompletedTask;

        internal async Task<BroadcastApp> StartedAsync(WayOut way)
        {
            if (!_apps.TryGetValue(way, out var app))
            {
                _apps[way] = app = await BroadcastApp.StartAsync(new BroadcastAppSetup
                {
                    Way = way,
                    WebSockets = options => options.MaxMessageBytes = ProtocolCases.MaxMessageBytes,
                });
            }

            return app;
        }

        public async Task DisposeAsync()
        {
            foreach (var app in _apps.Values)
            {
                await app.DisposeAsync();
            }
        }
    }
}
