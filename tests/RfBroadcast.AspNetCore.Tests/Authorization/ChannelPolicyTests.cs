using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace RfBroadcast.AspNetCore.Tests.Authorization;

/// <summary>Policies and roles required of a channel.</summary>
public sealed class ChannelPolicyTests : IAsyncDisposable
{
    private readonly AuthorizationApp _app = new(services => services
        .AddAuthorization(options => options.AddPolicy("staff", policy => policy.RequireClaim("staff", "yes")))
        .AddSingleton<IAuthorizationHandler, OwnOrder>());

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task RequireAuthorization_Default_NeedsAUser()
    {
        var asked = 0;
        _app.Map("orders.{id}", () => ++asked > 0).RequireAuthorization();

        (await _app.AskAsync("private-orders.7", userId: null)).ErrorCode.Should().Be("unauthenticated");
        asked.Should().Be(0);
        (await _app.AskAsync("private-orders.7")).IsGranted.Should().BeTrue();
    }

    [Fact]
    public async Task RequireAuthorization_Policy_IsRequiredBeforeTheHandler()
    {
        _app.Map("orders.{id}", () => true).RequireAuthorization("staff");
        var staff = new ClaimsPrincipal(new ClaimsIdentity([new Claim("staff", "yes")], "test"));

        (await _app.AskAsync("private-orders.7", userId: null)).ErrorCode.Should().Be("unauthenticated");
        (await _app.AskAsync("private-orders.7")).ErrorCode.Should().Be("forbidden");
        (await _app.AskAsync("private-orders.7", staff, "7")).IsGranted.Should().BeTrue();
    }

    [Fact]
    public async Task RequireAuthorization_MetAndHandlerSaysNo_IsForbidden()
    {
        _app.Map("orders.{id}", () => false).RequireAuthorization();

        (await _app.AskAsync("private-orders.7")).ErrorCode.Should().Be("forbidden");
    }

    [Fact]
    public async Task RequireAuthorization_Built_SeesTheContextAsResource()
    {
        _app.Map("orders.{id}", () => true).RequireAuthorization(policy => policy.AddRequirements(new OwnOrderRequirement()));

        (await _app.AskAsync("private-orders.7", "7")).IsGranted.Should().BeTrue();
        (await _app.AskAsync("private-orders.8", "7")).ErrorCode.Should().Be("forbidden");
    }

    [Fact]
    public async Task RequireRole_OneOfThem_IsEnough()
    {
        _app.Map("orders.{id}", () => true).RequireRole("admin", "clerk");

        (await _app.AskAsync("private-orders.7", AuthorizationApp.SignedIn("7", "clerk"), "7")).IsGranted.Should().BeTrue();
        (await _app.AskAsync("private-orders.7", AuthorizationApp.SignedIn("7", "guest"), "7")).ErrorCode.Should().Be("forbidden");
        (await _app.AskAsync("private-orders.7", userId: null)).ErrorCode.Should().Be("unauthenticated");
    }

    [Fact]
    public async Task Requirements_OfSeveralCalls_AddUp()
    {
        _app.Map("orders.{id}", () => true).RequireRole("admin").RequireRole("clerk").RequireAuthorization();

        (await _app.AskAsync("private-orders.7", AuthorizationApp.SignedIn("7", "clerk"), "7")).IsGranted.Should().BeFalse();
        (await _app.AskAsync("private-orders.7", AuthorizationApp.SignedIn("7", "clerk", "admin"), "7")).IsGranted.Should().BeTrue();
    }

    [Fact]
    public void RequireAuthorization_UnknownPolicy_StopsTheStart() =>
        _app.Map("orders.{id}", () => true).Invoking(it => it.RequireAuthorization("stafff"))
            .Should().Throw<InvalidOperationException>().WithMessage("*\"orders.{id}\"*\"stafff\"*AddAuthorization*");

    [Fact]
    public async Task Require_WithoutAuthorizationServices_NamesTheCall()
    {
        await using var app = new AuthorizationApp();
        var channel = app.Map("orders.{id}", () => true);

        channel.Invoking(it => it.RequireAuthorization()).Should().Throw<InvalidOperationException>().WithMessage("*\"orders.{id}\"*AddAuthorization()*");
        channel.Invoking(it => it.RequireRole("admin")).Should().Throw<InvalidOperationException>().WithMessage("*AddAuthorization()*");
    }

    private sealed class OwnOrderRequirement : IAuthorizationRequirement;

    private sealed class OwnOrder : AuthorizationHandler<OwnOrderRequirement, ChannelAuthContext>
    {
        protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, OwnOrderRequirement requirement, ChannelAuthContext resource)
        {
            if (resource.Parameters["id"] == resource.UserId)
            {
                context.Succeed(requirement);
            }

            return Task.CompletedTask;
        }
    }
}
