using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace RfBroadcast.AspNetCore.Tests.Authorization;

/// <summary>Classes and objects as handlers, and what mapping refuses.</summary>
public sealed class MapBroadcastChannelTests
{
    [Fact]
    public async Task Class_NotRegistered_IsMadeAndDisposedForEachDecision()
    {
        var journal = new Journal();
        await using var app = new AuthorizationApp(services => services.AddSingleton(journal).AddScoped<Clock>());
        app.Map<Evens>("orders.{id}");

        (await app.AskAsync("private-orders.2")).IsGranted.Should().BeTrue();
        (await app.AskAsync("private-orders.3")).IsGranted.Should().BeFalse();

        journal.Entries.Should().Equal("made", "disposed", "made", "disposed");
    }

    [Fact]
    public async Task Class_Registered_IsTheService()
    {
        var journal = new Journal();
        await using var app = new AuthorizationApp(services => services.AddSingleton(journal).AddScoped<Clock>().AddSingleton<Evens>());
        app.Map<Evens>("orders.{id}");

        (await app.AskAsync("private-orders.2")).IsGranted.Should().BeTrue();
        (await app.AskAsync("private-orders.4")).IsGranted.Should().BeTrue();

        journal.Entries.Should().Equal("made");
    }

    [Fact]
    public async Task Class_AsksForTheContext_GetsThatOfTheDecision()
    {
        await using var app = new AuthorizationApp();
        app.Map<ByContext>("orders.{id}");

        (await app.AskAsync("private-orders.2")).IsGranted.Should().BeTrue();
    }

    [Fact]
    public async Task Class_WithServiceMissing_StopsTheStart()
    {
        await using var app = new AuthorizationApp();

        app.Invoking(it => it.Map<Evens>("orders.{id}")).Should().Throw<InvalidOperationException>()
            .WithMessage("*Evens cannot serve the channel pattern \"orders.{id}\"*Journal, which is not registered*");
        app.Invoking(it => it.Map<IChannelAuth>("orders.{id}")).Should().Throw<InvalidOperationException>()
            .WithMessage("*abstract and not registered*");
    }

    [Fact]
    public async Task Object_Decides()
    {
        await using var app = new AuthorizationApp();
        app.Map("orders.{id}", new CallbackAuth(context => ValueTask.FromResult(context.Parameters["id"] == "7")));

        (await app.AskAsync("private-orders.7")).IsGranted.Should().BeTrue();
        (await app.AskAsync("private-orders.8")).IsGranted.Should().BeFalse();
    }

    [Fact]
    public async Task Object_ReturnsNull_Denies()
    {
        await using var app = new AuthorizationApp();
        app.Map("orders.{id}", new CallbackAuth((_, _) => ValueTask.FromResult<ChannelAuthResult>(null!)));

        (await app.AskAsync("private-orders.7")).ErrorCode.Should().Be("forbidden");
    }

    [Theory]
    [InlineData("private-orders.{id}")]
    [InlineData("orders.{id:whatever}")]
    [InlineData("orders.{**rest}.x")]
    [InlineData("")]
    public async Task Pattern_NotValid_StopsTheStart(string pattern)
    {
        await using var app = new AuthorizationApp();

        app.Invoking(it => it.Map(pattern, () => true)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public async Task Pattern_MappedTwice_StopsTheStart()
    {
        await using var app = new AuthorizationApp();
        app.Map("orders.{id}", () => true);

        app.Invoking(it => it.Map("orders.{id}", () => false)).Should().Throw<InvalidOperationException>()
            .WithMessage("*\"orders.{id}\" is mapped twice*");
    }

    [Fact]
    public async Task Map_WithoutAddBroadcasting_NamesIt()
    {
        await using var app = WebApplication.CreateBuilder().Build();

        app.Invoking(it => it.MapBroadcastChannel("orders.{id}", () => true)).Should().Throw<InvalidOperationException>()
            .WithMessage("*\"orders.{id}\"*AddBroadcasting()*");
    }

    [Fact]
    public async Task Map_OnAGroup_IsRefusedBecauseItsConventionsWouldNotHold()
    {
        var builder = WebApplication.CreateBuilder();
        ChannelAuthorizationServices.AddChannelAuthorization(builder.Services);
        await using var app = builder.Build();

        app.Invoking(it => it.MapGroup("/x").MapBroadcastChannel("orders.{id}", () => true)).Should().Throw<InvalidOperationException>()
            .WithMessage("*not on a route group*");
    }

    internal sealed class Journal
    {
        public List<string> Entries { get; } = [];
    }

    internal sealed class Clock;

    internal sealed class Evens : IChannelAuth, IAsyncDisposable
    {
        private readonly Journal _journal;

        public Evens(Journal journal)
        {
            _journal = journal;
            journal.Entries.Add("made");
        }

        public ValueTask<ChannelAuthResult> AuthorizeAsync(ChannelAuthContext context, CancellationToken cancellationToken) =>
            ValueTask.FromResult(context.Parameters["id"] is "2" or "4" ? ChannelAuthResult.Grant() : ChannelAuthResult.Deny());

        public ValueTask DisposeAsync()
        {
            _journal.Entries.Add("disposed");
            return ValueTask.CompletedTask;
        }
    }

    internal sealed class ByContext(ChannelAuthContext injected) : IChannelAuth
    {
        public ValueTask<ChannelAuthResult> AuthorizeAsync(ChannelAuthContext context, CancellationToken cancellationToken) =>
            ValueTask.FromResult(ReferenceEquals(injected, context) ? ChannelAuthResult.Grant() : ChannelAuthResult.Deny());
    }
}
