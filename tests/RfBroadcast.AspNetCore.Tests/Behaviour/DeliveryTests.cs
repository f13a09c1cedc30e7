using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Behaviour;

/// <summary>Who gets what, from the app's code to the client.</summary>
public sealed partial class DeliveryTests
{
    [Fact]
    public async Task ToOthers_PostWithSocketId_LeavesItsSenderOut()
    {
        await using var app = await StartWithControllersAsync();
        var sender = await SubscribedAsync(app, "private-orders.7", "8");
        var other = await SubscribedAsync(app, "private-orders.7", "9");

        await ShipAsync(app, "DHL", sender.ConnectionId);
        await ShipAsync(app, "UPS", socketId: null);

        (await other.NextAsync("event"))["data"].GetProperty("carrier").GetString().Should().Be("DHL");
        (await other.NextAsync("event"))["data"].GetProperty("carrier").GetString().Should().Be("UPS");
        (await sender.NextAsync("event"))["data"].GetProperty("carrier").GetString().Should().Be("UPS");
    }

    [Theory]
    [InlineData("not an id")]
    [InlineData("1.2")] // of nobody
    public async Task ToOthers_PostWithForeignSocketId_LeavesNobodyOut(string socketId)
    {
        await using var app = await StartWithControllersAsync();
        var client = await SubscribedAsync(app, "private-orders.7", "8");

        await ShipAsync(app, "DHL", socketId);

        (await client.NextAsync("event")).String("event").Should().Be("shipped");
    }

    [Fact]
    public async Task ToOthers_OutsideARequest_LeavesNobodyOut()
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await SubscribedAsync(app, "news");

        await app.Broadcaster.To("news").Event("a").With(1).ToOthers().SendAsync();

        await client.NextAsync("event");
    }

    [Fact]
    public async Task ToConnection_OneOfTwo_ReachesOnlyThatOneWithoutASubscription()
    {
        await using var app = await BroadcastApp.StartAsync();
        var one = await app.ConnectAsync();
        var other = await app.ConnectAsync();

        await app.Broadcaster.ToConnection(one.ConnectionId).Event("hello").With(new { you = 1 }).SendAsync();

        var frame = await one.NextAsync("event");
        frame.Has("channel").Should().BeFalse();
        frame.String("event").Should().Be("hello");
        frame["data"].GetRawText().Should().Be("""{"you":1}""");
        await other.ExpectQuietAsync();
    }

    [Fact]
    public async Task ToConnection_Gone_ThrowsConnectionNotFound()
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await app.ConnectAsync();
        await client.CloseAsync();
        await client.ClosedAsync();
        await app.EmptyAsync();

        var send = () => app.Broadcaster.ToConnection(client.ConnectionId).Event("hello").SendAsync().AsTask();

        (await send.Should().ThrowAsync<ConnectionNotFoundException>()).Which.Message.Should().Contain(client.ConnectionId);
    }

    [Fact]
    public async Task ToUser_WithThreeConnections_ReachesEachOnceAndNobodyElse()
    {
        await using var app = await BroadcastApp.StartAsync();
        var three = new[]
        {
            await SubscribedAsync(app, "private-user.7", "7"),
            await SubscribedAsync(app, "private-user.7", "7"),
            await SubscribedAsync(app, "private-user.7", "7"),
        };
        var other = await SubscribedAsync(app, "private-user.8", "8");

        (await app.Broadcaster.ToUser("7").Event("hello").With(1).SendAsync()).Channels.Single().LocalSubscribers.Should().Be(3);
        await app.Broadcaster.ToUser("7", "8").Event("end").SendAsync();

        foreach (var client in three)
        {
            (await client.NextAsync("event")).String("event").Should().Be("hello");
            (await client.NextAsync("event")).String("event").Should().Be("end");
        }

        (await other.NextAsync("event")).String("event").Should().Be("end");
    }

    [Fact]
    public async Task ToUser_IdWithCharactersNoNameHolds_Reaches()
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await app.ConnectAsync(token: TestTokens.Of("auth0|a+b@c.d"));
        await client.SubscribeAsync(client.Greeting.String("user_channel"));

        await app.Broadcaster.ToUser("auth0|a+b@c.d").Event("hello").SendAsync();

        (await client.NextAsync("event")).String("event").Should().Be("hello");
    }

    [Fact]
    public async Task ToOrganization_Member_IsReached()
    {
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup
        {
            Map = map => map.MapBroadcastChannel("organization.{id}", (string id) => id == "acme"),
        });
        var client = await SubscribedAsync(app, "private-organization.acme", "7");

        await app.Broadcaster.BroadcastToOrganizationAsync("acme", "hello", new { n = 1 });
        await app.Broadcaster.ToOrganization("acme").Event("again").SendAsync();

        (await client.NextAsync("event")).String("event").Should().Be("hello");
        (await client.NextAsync("event")).String("event").Should().Be("again");
    }

    [Fact]
    public async Task NotifyUser_ReachesTheUsersOwnChannel()
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await SubscribedAsync(app, "private-user.7", "7");

        await app.Broadcaster.NotifyUserAsync("7", "Shipped", "It is on its way", "/orders/7");

        var frame = await client.NextAsync("event");
        frame.String("event").Should().Be("notification");
        frame["data"].GetRawText().Should().Be("""{"title":"Shipped","message":"It is on its way","actionUrl":"/orders/7"}""");
    }

    [Fact]
    public async Task SystemAlert_ReachesThePublicChannel()
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await SubscribedAsync(app, "system.alerts");

        await app.Broadcaster.SystemAlertAsync("warning", "Restart at noon", actionRequired: true);

        var frame = await client.NextAsync("event");
        frame.String("event").Should().Be("system.alert");
        frame["data"].GetRawText().Should().Be("""{"level":"warning","message":"Restart at noon","actionRequired":true}""");
    }

    [Fact]
    public async Task SeveralChannels_ArriveOncePerSubscription()
    {
        await using var app = await BroadcastApp.StartAsync();
        var both = await SubscribedAsync(app, "a");
        await both.SubscribeAsync("b");
        var one = await SubscribedAsync(app, "b");

        await app.Broadcaster.To("a", "b", "a").Event("hello").SendAsync();
        await app.Broadcaster.To("b", "a").Event("end").SendAsync();

        (await EventsAsync(both, 4)).Should().BeEquivalentTo("a hello", "b hello", "a end", "b end");
        await both.ExpectQuietAsync();
        (await EventsAsync(one, 2)).Should().Equal("b hello", "b end");
    }

    [Fact]
    public async Task Except_AConnection_LeavesItOut()
    {
        await using var app = await BroadcastApp.StartAsync();
        var out1 = await SubscribedAsync(app, "news");
        var other = await SubscribedAsync(app, "news");

        await app.Broadcaster.To("news").Event("first").Except(out1.ConnectionId).SendAsync();
        await app.Broadcaster.To("news").Event("second").SendAsync();

        (await EventsAsync(other, 2)).Should().Equal("news first", "news second");
        (await EventsAsync(out1, 1)).Should().Equal("news second");
    }

    [Fact]
    public async Task Payload_IsWrittenByTheAppsOwnJsonOptions()
    {
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup
        {
            Services = services => services.ConfigureHttpJsonOptions(json =>
            {
                json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
                json.SerializerOptions.Converters.Add(new JsonStringEnumConverter());
            }),
        });
        var client = await SubscribedAsync(app, "orders");

        await app.Broadcaster.BroadcastAsync(new OrderShipped(7, Carrier.Ups));

        (await client.NextAsync("event"))["data"].GetRawText().Should().Be("""{"order_id":7,"shipped_by":"Ups"}""");
    }

    [Fact]
    public async Task Payload_WithASourceGeneratedContext_KnowsOnlyItsTypes()
    {
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup
        {
            Broadcasting = options => options.Json = new JsonSerializerOptions(JsonSerializerDefaults.Web) { TypeInfoResolver = OrderJson.Default },
        });
        var client = await SubscribedAsync(app, "orders");
        var unknown = () => app.Broadcaster.To("orders").Event("unknown").With(new { Id = 1 }).SendAsync().AsTask();

        await unknown.Should().ThrowAsync<BroadcastSerializationException>();
        await app.Broadcaster.BroadcastAsync(new OrderShipped(7, Carrier.Dhl));

        (await client.NextAsync("event"))["data"].GetRawText().Should().Be("""{"orderId":7,"shippedBy":0}""");
    }

    [Fact]
    public async Task Payload_WithASourceGeneratedContextOfTheAppsOptions_IsWrittenByIt()
    {
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup
        {
            Services = services => services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolver = OrderJson.Default),
        });
        var client = await SubscribedAsync(app, "orders");

        await app.Broadcaster.BroadcastAsync(new OrderShipped(7, Carrier.Dhl));
        await app.Broadcaster.NotifyUserAsync("7", "This library's own payloads", "work too");

        (await client.NextAsync("event"))["data"].GetRawText().Should().Be("""{"orderId":7,"shippedBy":0}""");
    }

    private static Task<BroadcastApp> StartWithControllersAsync() => BroadcastApp.StartAsync(new BroadcastAppSetup
    {
        Services = services => services.AddControllers().AddApplicationPart(typeof(OrdersController).Assembly),
        Map = app =>
        {
            app.MapControllers();
            app.MapBroadcastChannel("orders.{id:int}", (int id) => id == 7);
        },
    });

    private static async Task<WireClient> SubscribedAsync(BroadcastApp app, string channel, string? userId = null)
    {
        var client = await app.ConnectAsync(token: userId is null ? null : TestTokens.Of(userId));
        await client.SubscribeAsync(channel);
        return client;
    }

    private static async Task ShipAsync(BroadcastApp app, string carrier, string? socketId)
    {
        using var http = new HttpClient { BaseAddress = app.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/orders/7/ship?carrier={carrier}");
        if (socketId is not null)
        {
            request.Headers.Add("X-Socket-ID", socketId);
        }

        using var response = await http.SendAsync(request);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>The next events, as <c>channel event</c>.</summary>
    private static async Task<List<string>> EventsAsync(WireClient client, int count)
    {
        var events = new List<string>();
        while (events.Count < count)
        {
            var frame = await client.NextAsync("event");
            events.Add($"{frame.String("channel")} {frame.String("event")}");
        }

        return events;
    }

    internal enum Carrier
    {
        Dhl,
        Ups,
    }

    internal sealed record OrderShipped(int OrderId, Carrier ShippedBy) : IEvent
    {
        public IReadOnlyList<Channel> BroadcastOn() => [Channel.Public("orders")];
    }

    [JsonSerializable(typeof(OrderShipped))]
    internal sealed partial class OrderJson : JsonSerializerContext;
}
