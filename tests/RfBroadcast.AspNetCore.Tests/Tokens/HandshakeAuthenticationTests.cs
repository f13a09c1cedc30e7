using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Tokens;

public sealed class HandshakeAuthenticationTests : IDisposable
{
    private static readonly string[] ClaimTypesInOrder = [ClaimTypes.NameIdentifier, "sub"];

    private readonly RecordedLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task Authenticate_MiddlewareDidNotRun_AsksTheDefaultScheme()
    {
        var context = Request(services => TokenScheme.Add(services), "Bearer good-7");

        var identity = await AskAsync(context);

        identity.Should().Be(new HandshakeIdentity(IsRefused: false, context.User, "7", TokenScheme.Expiry));
        context.User.Identity!.IsAuthenticated.Should().BeTrue();
    }

    [Fact]
    public async Task Authenticate_NoSchemes_IsAnonymous()
    {
        var identity = await AskAsync(Request(_ => { }));

        identity.IsRefused.Should().BeFalse();
        identity.User.Identities.Should().NotContain(each => each.IsAuthenticated);
        identity.UserId.Should().BeNull();
        _logs.All.Should().BeEmpty();
    }

    [Fact]
    public async Task Authenticate_TokenThatNoDefaultSchemeReads_IsRefusedAndSaysSo()
    {
        var identity = await AskAsync(Request(
            services =>
            {
                services.AddDataProtection();
                services.AddAuthentication().AddCookie();
                TokenScheme.Add(services, byDefault: CookieAuthenticationDefaults.AuthenticationScheme);
            },
            "Bearer good-7"));

        identity.IsRefused.Should().BeTrue();
        _logs.Single(2112).Everything.Should().NotContain("good-7");
    }

    [Fact]
    public async Task Authenticate_TokenWithoutSchemes_IsRefusedAndNamesTheCall()
    {
        var identity = await AskAsync(Request(services => services.AddAuthentication(), "Bearer good-7"));

        identity.IsRefused.Should().BeTrue();
        _logs.Single(2110).Level.Should().Be(LogLevel.Warning);
    }

    [Fact]
    public async Task Authenticate_TokenStillInTheQuery_IsRefusedNotAnonymous()
    {
        var context = Request(services => TokenScheme.Add(services));
        context.Request.QueryString = new QueryString("?Auth_Token=good-7");

        (await AskAsync(context)).IsRefused.Should().BeTrue();
        _logs.Single(2113).Everything.Should().Contain("IHttpContextFactory").And.NotContain("good-7");
    }

    [Fact]
    public async Task Authenticate_MiddlewareOfTheAppSignedIn_IsThatUser()
    {
        var context = Request(_ => { }, "Custom token");
        context.User = User(("sub", "9"));

        var identity = await AskAsync(context);

        identity.Should().Be(new HandshakeIdentity(IsRefused: false, context.User, "9", ExpiresAt: null));
    }

    [Theory]
    [InlineData("sub:1 id:2", "1")]
    [InlineData("id:2 sub:auth0|123", "auth0|123")]
    [InlineData("sub: id:2", null)]
    [InlineData("id:2", null)]
    public async Task Authenticate_UserId_IsOfTheClaimTypesAskedFor(string claims, string? userId)
    {
        var context = Request(_ => { });
        context.User = User([.. claims.Split(' ').Select(claim => claim.Split(':')).Select(parts => (parts[0], parts[1]))]);

        (await AskAsync(context)).UserId.Should().Be(userId);
    }

    [Fact]
    public async Task Authenticate_SeveralClaimTypes_TheFirstConfiguredCounts()
    {
        var context = Request(_ => { });
        context.User = User(("sub", "1"), (ClaimTypes.NameIdentifier, "2"));

        (await AskAsync(context)).UserId.Should().Be("2");
        (await AskAsync(context, "sub")).UserId.Should().Be("1");
    }

    [Fact]
    public async Task Authenticate_ClaimOfAnIdentityNobodyVouchesFor_DoesNotCount()
    {
        var context = Request(_ => { });
        context.User = new ClaimsPrincipal([new ClaimsIdentity([new Claim("sub", "admin")]), new ClaimsIdentity([new Claim("sub", "7")], "test")]);

        (await AskAsync(context)).UserId.Should().Be("7");
    }

    [Fact]
    public async Task Authenticate_Cookie_IsTheUserUntilTheTicketExpires()
    {
        await using var app = await LiveApp.StartAsync(
            services =>
            {
                services.AddAuthentication().AddCookie();
                services.AddBroadcasting();
            },
            app =>
            {
                app.MapBroadcastWebSockets("/ws");
                app.MapPost("/sign-in", (HttpContext context) => context.SignInAsync(
                    User((ClaimTypes.NameIdentifier, "a+b@c.d")),
                    new AuthenticationProperties { ExpiresUtc = TokenScheme.Expiry }));
            });
        using var signedIn = await app.Client.PostAsync("/sign-in", content: null);
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0];

        var connected = await app.ConnectAsync("/ws", ("Cookie", cookie));
        var anonymous = await app.ConnectAsync("/ws");

        connected.GetProperty("user_id").GetString().Should().Be("a+b@c.d");
        connected.GetProperty("expires_at").GetDateTimeOffset().Should().Be(TokenScheme.Expiry);
        anonymous.TryGetProperty("user_id", out _).Should().BeFalse();
    }

    private static ClaimsPrincipal User(params (string Type, string Value)[] claims) =>
        new(new ClaimsIdentity(claims.Select(claim => new Claim(claim.Type, claim.Value)), "test"));

    private static DefaultHttpContext Request(Action<IServiceCollection> configure, string? authorization = null)
    {
        var services = new ServiceCollection().AddLogging();
        configure(services);
        var context = new DefaultHttpContext { RequestServices = services.BuildServiceProvider() };
        context.Request.Headers.Authorization = authorization;
        return context;
    }

    private async Task<HandshakeIdentity> AskAsync(HttpContext context, params string[] claimTypes) =>
        await HandshakeAuthentication.AuthenticateAsync(context, claimTypes is [] ? ClaimTypesInOrder : claimTypes, context.RequestServices.GetService<IAuthenticationSchemeProvider>(), _logs.CreateLogger("test"));
}
