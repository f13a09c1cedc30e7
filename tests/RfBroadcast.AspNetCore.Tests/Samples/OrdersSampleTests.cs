using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace RfBroadcast.AspNetCore.Tests.Samples;

/// <summary>What the sample shows: who may listen and who may act, and what reaches whom.</summary>
public sealed class OrdersSampleTests
{
    // Who, with which roles and permissions, and what becomes of which channel.
    [Theory]
    [InlineData("ada", "customer", "", "private-orders.1", true)]
    [InlineData("ben", "customer", "", "private-orders.1", false)]
    [InlineData("ada", "customer", "", "private-orders.999", false)]
    [InlineData("ada", "customer", "", "private-orders.x", false)]
    [InlineData("ada", "customer", "", "orders.1", false)]
    [InlineData("ada", "customer", "", "private-staff.orders", false)]
    [InlineData("kim", "staff", "", "private-staff.orders", true)]
    [InlineData("kim", "customer staff", "", "private-staff.orders", true)]
    [InlineData("kim", "Staff", "", "private-staff.orders", false)]
    [InlineData("kim", "staff", "", "private-warehouse", false)]
    [InlineData("sam", "staff", "orders.ship", "private-warehouse", true)]
    [InlineData("sam", "staff", "orders.list orders.ship", "private-warehouse", true)]
    [InlineData("sam", "customer", "orders.ship", "private-warehouse", false)]
    [InlineData("ada", "customer", "", "private-user.ada", true)]
    [InlineData("ada", "staff", "orders.ship", "private-user.ben", false)]
    public async Task Subscribe_IsGrantedAsRolesAndPermissionsSay(string user, string roles, string permissions, string channel, bool isGranted)
    {
        await using var app = OrdersApp.Start();
        var client = await app.ConnectAsync(app.Token(user, Words(roles), Words(permissions)));

        await client.SendAsync(JsonSerializer.Serialize(new { type = "subscribe", channel }));

        var answer = await client.NextAsync(isGranted ? "subscribed" : "error");
        answer.String("channel").Should().Be(channel);
        if (!isGranted)
        {
            answer.String("code").Should().Be("forbidden");
        }
    }

    [Fact]
    public async Task Ship_ReachesTheCustomerAndTheStaffAndNobodyElse()
    {
        await using var app = OrdersApp.Start();
        var samsToken = app.Token("sam", ["staff"], ["orders.ship"]);
        var ada = await app.ConnectAsync(app.Token("ada", ["customer"]));
        await ada.SubscribeAsync("private-orders.1");
        await ada.SubscribeAsync("private-user.ada");
        var ben = await app.ConnectAsync(app.Token("ben", ["customer"]));
        await ben.SubscribeAsync("private-orders.3");
        await ben.SubscribeAsync("private-user.ben");
        var kim = await app.ConnectAsync(app.Token("kim", ["staff"]));
        await kim.SubscribeAsync("private-staff.orders");

        (await app.ShipAsync(samsToken, 1)).StatusCode.Should().Be(HttpStatusCode.OK);

        var events = new[] { await ada.NextAsync("event"), await ada.NextAsync("event") };
        events.Select(frame => frame.String("event")).Should().BeEquivalentTo("OrderShipped", "notification");
        (await kim.NextAsync("event"))["data"].GetRawText().Should().Be("""{"orderId":1,"carrier":"DHL"}""");
        await ben.ExpectQuietAsync();
        (await app.ShipAsync(samsToken, 1)).StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await app.ShipAsync(samsToken, 999)).StatusCode.Should().Be(HttpStatusCode.Conflict);
        await ada.ExpectQuietAsync();
    }

    [Theory]
    [InlineData("ada", "customer", "")]
    [InlineData("kim", "staff", "")]
    public async Task Ship_WithoutThePermission_Is403(string user, string roles, string permissions)
    {
        await using var app = OrdersApp.Start();

        (await app.ShipAsync(app.Token(user, Words(roles), Words(permissions)), 1)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Place_TellsTheStaffAndThoseWhoPack_AndEachSeesTheirOwn()
    {
        await using var app = OrdersApp.Start();
        var sam = await app.ConnectAsync(app.Token("sam", ["staff"], ["orders.ship"]));
        await sam.SubscribeAsync("private-staff.orders");
        await sam.SubscribeAsync("private-warehouse");

        using var placed = await app.Http(app.Token("ben")).PostAsJsonAsync(new Uri("/api/orders", UriKind.Relative), new { item = "Bifocals" });

        (await placed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetInt32().Should().Be(4);
        var events = new[] { await sam.NextAsync("event"), await sam.NextAsync("event") };
        events.Select(frame => $"{frame.String("channel")} {frame.String("event")} {frame["data"].GetRawText()}").Should().BeEquivalentTo(
            """private-staff.orders OrderPlaced {"order":{"id":4,"customerId":"ben","item":"Bifocals","carrier":null}}""",
            """private-warehouse ParcelToPack {"orderId":4,"item":"Bifocals"}""");
        (await CountAsync(app, app.Token("ben"))).Should().Be(2);
        (await CountAsync(app, app.Token("ada"))).Should().Be(2);
        (await CountAsync(app, app.Token("kim", ["staff"]))).Should().Be(4);
    }

    [Fact]
    public async Task DemoToken_OutsideOfDevelopment_IsNotThere()
    {
        await using var development = OrdersApp.Start();
        await using var production = OrdersApp.Start("Production");

        (await AskAsync(development, "ada")).Should().Be(HttpStatusCode.OK);
        (await AskAsync(development, "eve")).Should().Be(HttpStatusCode.NotFound);
        (await AskAsync(production, "ada")).Should().Be(HttpStatusCode.NotFound);

        static async Task<HttpStatusCode> AskAsync(OrdersApp app, string user)
        {
            using var answer = await app.Http().PostAsJsonAsync(new Uri("/demo/token", UriKind.Relative), new { user });
            return answer.StatusCode;
        }
    }

    [Theory]
    [InlineData("/", "<title>Orders</title>")]
    [InlineData("/orders.js", "import { Echo } from \"/rf-broadcast.js\"")]
    [InlineData("/orders.css", "#orders")]
    [InlineData("/rf-broadcast.js", "export")]
    public async Task Page_IsServed(string path, string content)
    {
        await using var app = OrdersApp.Start();

        (await app.Http().GetStringAsync(new Uri(path, UriKind.Relative))).Should().Contain(content);
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static async Task<int> CountAsync(OrdersApp app, string token) =>
        (await app.Http(token).GetFromJsonAsync<JsonElement>(new Uri("/api/orders", UriKind.Relative))).GetArrayLength();
}
