using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using RfBroadcast.AspNetCore.Tests.Behaviour;

namespace RfBroadcast.AspNetCore.Tests.Samples;

/// <summary>Real signed tokens against the sample: which are taken, what ends with them, and that none is ever logged.</summary>
public sealed class OrdersTokenTests
{
    public static TheoryData<string> BadTokens =>
    [
        "expired", "not yet valid", "wrong audience", "wrong key", "wrong algorithm", "no token", "cut", "other claims",
        "alg none", "alg None", "alg none, signed",
    ];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connect_ValidToken_IsThatUserUntilItExpires(bool inTheQuery)
    {
        await using var app = OrdersApp.Start();
        var expires = DateTime.UtcNow.AddMinutes(10);

        var client = await app.ConnectAsync(app.Token("ada", expires: expires), inTheQuery);

        client.Greeting.String("user_id").Should().Be("ada");
        client.Greeting.String("user_channel").Should().Be("private-user.ada");
        client.Greeting.String("expires_at").Should().Be(expires.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
    }

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task Connect_BadToken_Is401(string kind)
    {
        await using var app = OrdersApp.Start();
        var token = Bad(app, kind);

        using var byQuery = await app.Http().GetAsync(new Uri("/ws?auth_token=" + token, UriKind.Relative));
        using var byHeader = await app.Http(token).GetAsync(new Uri("/ws", UriKind.Relative));
        using var api = await app.Http(token).GetAsync(new Uri("/api/orders", UriKind.Relative));
        var connect = () => app.ConnectAsync(token);

        foreach (var answer in (HttpResponseMessage[])[byQuery, byHeader, api])
        {
            answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
            answer.Headers.WwwAuthenticate.ToString().Should().StartWith("Bearer");
        }

        (await connect.Should().ThrowAsync<WebSocketException>()).WithMessage("*401*");
        app.Hub.ConnectionCount.Should().Be(0);
        NothingIsLogged(app);
    }

    [Fact]
    public async Task Connect_NoToken_Is401AndAGoodOne426()
    {
        await using var app = OrdersApp.Start();

        using var without = await app.Http().GetAsync(new Uri("/ws", UriKind.Relative));
        using var with = await app.Http().GetAsync(new Uri("/ws?auth_token=" + app.Token(), UriKind.Relative));

        without.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        with.StatusCode.Should().Be(HttpStatusCode.UpgradeRequired);
        (await with.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be("upgrade_required");
    }

    [Fact]
    public async Task Token_ExpiresWhileConnected_Closes4203AndANewOneRecovers()
    {
        await using var app = OrdersApp.Start();
        var client = await app.ConnectAsync(app.Token("ada", expires: DateTime.UtcNow.AddSeconds(3)));
        var subscribed = await client.SubscribeAsync("private-orders.1");

        var close = await client.ClosedAsync();
        (await app.ShipAsync(app.Token("sam", ["staff"], ["orders.ship"]), 1)).StatusCode.Should().Be(HttpStatusCode.OK);
        var back = await app.ConnectAsync(app.Token("ada"));
        var answer = await back.ComeBackAsync("private-orders.1", subscribed.String("epoch"), subscribed["offset"].GetInt64());

        close.Code.Should().Be(4203);
        answer["recovered"].GetBoolean().Should().BeTrue();
        var missed = await back.NextAsync("event");
        missed.String("event").Should().Be("OrderShipped");
        missed["data"].GetRawText().Should().Be("""{"orderId":1,"carrier":"DHL"}""");
        await back.ExpectQuietAsync();
        NothingIsLogged(app);
    }

    [Fact]
    public async Task Logs_OfAWholeRun_HoldNoToken()
    {
        await using var app = OrdersApp.Start();
        foreach (string kind in BadTokens)
        {
            using var refused = await app.Http().GetAsync(new Uri("/ws?channel=news&auth_token=" + Bad(app, kind), UriKind.Relative));
        }

        var ada = await app.ConnectAsync(app.Token("ada"));
        var sam = await app.ConnectAsync(app.Token("sam", ["staff"], ["orders.ship"]), inTheQuery: false);
        await ada.SubscribeAsync("private-orders.2");
        await sam.SubscribeAsync("private-warehouse");
        await ada.SendAsync("""{"type":"subscribe","channel":"private-staff.orders"}""");
        await ada.NextAsync("error");
        (await app.ShipAsync(app.Tokens[^1], 2)).EnsureSuccessStatusCode();
        await ada.NextAsync("event");
        using var answer = await app.Http().PostAsJsonAsync(new Uri("/demo/token", UriKind.Relative), new { user = "ben" });
        app.Tokens.Add((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString()!); // a string, as the sample says
        (await app.ConnectAsync(app.Tokens[^1])).Greeting.String("user_id").Should().Be("ben");

        NothingIsLogged(app);
    }

    private static string Bad(OrdersApp app, string kind) => kind switch
    {
        "expired" => app.Token(expires: DateTime.UtcNow.AddSeconds(-2)),
        "not yet valid" => app.Token(notBefore: DateTime.UtcNow.AddMinutes(30)),
        "wrong audience" => app.Token(audience: "api"),
        "wrong key" => app.Token(key: RandomNumberGenerator.GetBytes(32)),
        "wrong algorithm" => app.Token(key: RandomNumberGenerator.GetBytes(64), algorithm: SecurityAlgorithms.HmacSha512),
        "no token" => "s3cr3t-but-no-token",
        "cut" => app.Token()[..^5],
        "other claims" => string.Join('.', app.Token().Split('.')[0], app.Token("sam", ["staff"]).Split('.')[1], app.Token().Split('.')[2]),
        "alg none" => app.UnsignedToken("none", ""),
        "alg None" => app.UnsignedToken("None", ""),
        "alg none, signed" => app.UnsignedToken("none", app.Token().Split('.')[2]),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>No token, no part of one that is worth something, and no sign that one was in an address.</summary>
    private static void NothingIsLogged(OrdersApp app)
    {
        var logs = app.Logs.All.Select(log => log.Everything).ToList();

        // If what the server writes for every request is not there, nothing was recorded and nothing is proven.
        logs.Should().Contain(log => log.Contains("Request starting", StringComparison.Ordinal));
        logs.Should().Contain(log => log.StartsWith("Microsoft.AspNetCore.Server.Kestrel", StringComparison.Ordinal));
        var secrets = app.Tokens
            .SelectMany(token => (string[])[token, token.Split('.')[1], token.Split('.')[2]])
            .Append("s3cr3t")
            .Append("auth_token")
            .Where(secret => secret.Length > 0)
            .Distinct();
        foreach (var secret in secrets)
        {
            logs.Should().NotContain(log => log.Contains(secret, StringComparison.OrdinalIgnoreCase));
        }
    }
}
