using System.Net;
using System.Text;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Tokens;

/// <summary>auth_token on real Kestrel: it authenticates, and no log at any level has it.</summary>
public sealed class AuthTokenTests
{
    [Theory]
    [InlineData("/ws?auth_token=good-s3cr3t")]
    [InlineData("/ws/?auth_token=good-s3cr3t")]
    [InlineData("/WS?AUTH_token=good-s3cr3t")]
    [InlineData("/ws/news?auth_token=good-s3cr3t")]
    [InlineData("/ws?channel=news&auth_token=good-s3cr3t&protocol=1")]
    [InlineData("/ws?auth_token=good-s3cr3t&auth_token=bad-s3cr3t")]
    [InlineData("/ws?auth_token=&auth_token=good-s3cr3t")]
    [InlineData("/ws?%61uth%5Ftoken=good%2Ds3cr3t")]
    public async Task Handshake_TokenInTheQuery_AuthenticatesAndIsNowhereLogged(string pathAndQuery)
    {
        await using var app = await StartAsync(app => app.MapBroadcastWebSockets("/ws").RequireAuthorization());

        var connected = await app.ConnectAsync(pathAndQuery);

        connected.GetProperty("user_id").GetString().Should().Be("s3cr3t");
        connected.GetProperty("expires_at").GetDateTimeOffset().Should().Be(TokenScheme.Expiry);
        LogsOfRequests(app).Should().NotContain(log =>
            log.Contains("good", StringComparison.Ordinal)
            || log.Contains("bad-", StringComparison.Ordinal)
            || log.Contains("auth_token", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Handshake_JwtInTheQuery_Works()
    {
        var key = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(new string('k', 64)));
        await using var app = await LiveApp.StartAsync(
            services =>
            {
                services.AddAuthentication().AddJwtBearer(options => options.TokenValidationParameters = new TokenValidationParameters
                {
                    ValidateIssuer = false,
                    ValidateAudience = false,
                    IssuerSigningKey = key,
                });
                services.AddAuthorization();
                services.AddBroadcasting();
            },
            app => app.MapBroadcastWebSockets("/ws").RequireAuthorization());
        var expiry = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds());
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Claims = new Dictionary<string, object> { ["sub"] = "auth0|123" },
            Expires = expiry.UtcDateTime,
            SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.HmacSha256),
        });

        var start = token[..^8];

        var connected = await app.ConnectAsync("/ws?auth_token=" + token);
        using var refused = await app.Client.GetAsync("/ws?auth_token=" + start + "AAAAAAAA");

        connected.GetProperty("user_id").GetString().Should().Be("auth0|123");
        connected.GetProperty("user_channel").GetString().Should().Be(Channel.User("auth0|123").WireName);
        connected.GetProperty("expires_at").GetDateTimeOffset().Should().Be(expiry);
        refused.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        LogsOfRequests(app).Should().NotContain(log => log.Contains(start, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Handshake_BadToken_Is401AndNotAnonymous()
    {
        await using var app = await StartAsync(app => app.MapBroadcastWebSockets("/ws"));

        using var refused = await app.Client.GetAsync("/ws?auth_token=bad-s3cr3t");
        using var fine = await app.Client.GetAsync("/ws");

        refused.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        fine.StatusCode.Should().Be(HttpStatusCode.UpgradeRequired);
        app.Logs.Single(2111).Message.Should().Contain(nameof(TokenException));
        LogsOfRequests(app).Should().NotContain(log => log.Contains("s3cr3t", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Handshake_HeaderAndQuery_TheHeaderCounts()
    {
        await using var app = await StartAsync(app => app.MapBroadcastWebSockets("/ws"));

        var connected = await app.ConnectAsync("/ws?auth_token=good-query", ("Authorization", "Bearer good-header"));

        connected.GetProperty("user_id").GetString().Should().Be("header");
    }

    [Fact]
    public async Task Handshake_BelowAPathBaseAndInAGroup_Works()
    {
        await using var app = await StartAsync(app =>
        {
            app.UsePathBase("/base");
            app.UseRouting();
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapGroup("/api/{tenant}").MapBroadcastWebSockets("/live/ws").RequireAuthorization();
        });

        var connected = await app.ConnectAsync("/base/api/acme/live/ws?auth_token=good-s3cr3t");

        connected.GetProperty("user_id").GetString().Should().Be("s3cr3t");
        LogsOfRequests(app).Should().NotContain(log => log.Contains("good-s3cr3t", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Request_ToAnotherPath_KeepsItsQuery()
    {
        await using var app = await StartAsync(app =>
        {
            app.MapBroadcastWebSockets("/ws");
            app.MapGet("/other", (HttpRequest request) => $"{request.QueryString} {request.Headers.Authorization}");
        });

        (await app.Client.GetStringAsync("/other?auth_token=mine")).Should().Be("?auth_token=mine ");
    }

    [Fact]
    public async Task Handshake_TokenButNoScheme_Is401AndTheLogNamesTheCure()
    {
        await using var app = await LiveApp.StartAsync(services => services.AddBroadcasting(), app => app.MapBroadcastWebSockets("/ws"));

        using var refused = await app.Client.GetAsync("/ws?auth_token=s3cr3t");

        refused.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        app.Logs.Single(2110).Message.Should().Contain("AddAuthentication()");
        LogsOfRequests(app).Should().NotContain(log => log.Contains("s3cr3t", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Handshake_NoAuthenticationAtAll_IsAnonymous()
    {
        await using var app = await LiveApp.StartAsync(services => services.AddBroadcasting(), app => app.MapBroadcastWebSockets("/ws"));

        var connected = await app.ConnectAsync("/ws?auth_token=");

        connected.GetProperty("type").GetString().Should().Be("connected");
        connected.TryGetProperty("user_id", out _).Should().BeFalse();
    }

    private static Task<LiveApp> StartAsync(Action<WebApplication> configure) => LiveApp.StartAsync(
        services =>
        {
            TokenScheme.Add(services);
            services.AddBroadcasting();
        },
        configure);

    private static IEnumerable<string> LogsOfRequests(LiveApp app)
    {
        // If what hosting writes for every request is not there, nothing was recorded and nothing is proven.
        app.Logs.All.Should().Contain(log => log.Message.StartsWith("Request starting", StringComparison.Ordinal));
        return app.Logs.All.Select(log => log.Everything);
    }
}
