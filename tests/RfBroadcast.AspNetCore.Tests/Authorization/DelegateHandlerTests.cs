using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace RfBroadcast.AspNetCore.Tests.Authorization;

/// <summary>What a handler may take and return.</summary>
public sealed class DelegateHandlerTests : IAsyncDisposable
{
    private readonly AuthorizationApp _app = new(services => services
        .AddScoped<Orders>()
        .AddKeyedSingleton("vip", new Prices(9)));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Handler_TypedParameters_AreBoundFromTheName()
    {
        var guid = Guid.NewGuid();
        _app.Map("shop.{shopId:guid}.{year:int}.{**path}", (Guid shopId, int year, string path) =>
            shopId == guid && year == 2026 && path == "a.b-c.d");

        (await _app.AskAsync($"private-shop.{guid}.2026.a.b-c.d")).IsGranted.Should().BeTrue();
    }

    [Theory]
    [InlineData("private-orders.2147483647", true)]
    [InlineData("private-orders.2147483648", false)]
    [InlineData("private-orders.0", false)]
    [InlineData("private-orders.x", false)]
    public async Task Handler_Constraints_Decide(string wireName, bool isGranted)
    {
        _app.Map("orders.{id:int:min(1)}", (int id) => id > 0);

        (await _app.AskAsync(wireName)).IsGranted.Should().Be(isGranted);
    }

    [Fact]
    public async Task Handler_ParameterInAnotherCase_IsBound()
    {
        _app.Map("orders.{orderId}", (int ORDERID) => ORDERID == 7);

        (await _app.AskAsync("private-orders.7")).IsGranted.Should().BeTrue();
    }

    [Fact]
    public async Task Handler_ParameterRenamedByAttribute_IsBound()
    {
        _app.Map("orders.{orderId}", ([FromRoute(Name = "orderId")] int id) => id == 7);

        (await _app.AskAsync("private-orders.7")).IsGranted.Should().BeTrue();
    }

    [Fact]
    public async Task Handler_ValueThatIsNoNumber_IsDeniedAndTheHandlerIsNotCalled()
    {
        var called = false;
        _app.Map("orders.{id}", (int id) => called = true);

        var decision = await _app.AskAsync("private-orders.x");

        decision.ErrorCode.Should().Be("forbidden");
        called.Should().BeFalse();
        _app.Logs.Single(2104).Message.Should().Contain("private-orders.x").And.Contain("orders.{id}");
    }

    [Fact]
    public async Task Handler_ThrowsBadRequestItself_IsInternal()
    {
        _app.Map("orders.{id}", bool (string id) => throw new BadHttpRequestException("mine"));

        (await _app.AskAsync("private-orders.x")).ErrorCode.Should().Be("internal");
    }

    [Fact]
    public async Task Handler_PrincipalContextChannelAndToken_AreTheOnesOfTheDecision()
    {
        using var source = new CancellationTokenSource();
        _app.Map("chat.{room}", (ClaimsPrincipal user, ChannelAuthContext context, Channel channel, CancellationToken token) =>
            user.FindFirstValue(ClaimTypes.NameIdentifier) == "a+b@c.d"
            && ReferenceEquals(context.User, user)
            && context.UserId == "a+b@c.d"
            && context.ConnectionId == "1.2"
            && context.Parameters["room"] == "1"
            && channel == Channel.Presence("chat.1")
            && token == source.Token);

        (await _app.AskAsync("presence-chat.1", "a+b@c.d", source.Token)).IsGranted.Should().BeTrue();
    }

    [Fact]
    public async Task Handler_Services_ComeFromAScopeOfThisDecision()
    {
        var seen = new List<Orders>();
        _app.Map("orders.{id}", (Orders orders, ChannelAuthContext context, [FromKeyedServices("vip")] Prices prices) =>
        {
            seen.Add(orders);
            return ReferenceEquals(orders, context.Services.GetRequiredService<Orders>()) && !orders.IsDisposed && prices.Value == 9;
        });

        (await _app.AskAsync("private-orders.1")).IsGranted.Should().BeTrue();
        (await _app.AskAsync("private-orders.2")).IsGranted.Should().BeTrue();

        seen.Should().OnlyHaveUniqueItems().And.OnlyContain(orders => orders.IsDisposed);
    }

    public static TheoryData<string, Delegate, bool> Answers => new()
    {
        { "bool", () => true, true },
        { "bool, no", () => false, false },
        { "Task<bool>", async () => { await Task.Yield(); return true; }, true },
        { "Task<bool>, no", () => Task.FromResult(false), false },
        { "ValueTask<bool>", () => new ValueTask<bool>(true), true },
        { "ValueTask<bool>, no", () => new ValueTask<bool>(false), false },
        { "bool?", bool? () => true, true },
        { "bool?, null", bool? () => null, false },
        { "result", () => ChannelAuthResult.Grant(), true },
        { "result, no", () => ChannelAuthResult.Deny("no"), false },
        { "Task<result>", () => Task.FromResult(ChannelAuthResult.Grant()), true },
        { "Task<result>, null", () => Task.FromResult<ChannelAuthResult?>(null), false },
        { "ValueTask<result>", () => ValueTask.FromResult(ChannelAuthResult.Grant()), true },
        { "info", () => new { name = "Ann" }, true },
        { "info, null", object? () => null, false },
        { "Task<info>", () => Task.FromResult(new { name = "Ann" }), true },
        { "Task<info>, null", () => Task.FromResult<Prices?>(null), false },
        { "ValueTask<info>, null", () => ValueTask.FromResult<Prices?>(null), false },
        { "string", () => "Ann", true },
        { "string, empty", () => "", true },
        { "struct", () => 7, true },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Handler_Answer_Decides(string what, Delegate handler, bool isGranted)
    {
        _app.Map("chat.{room}", handler);

        (await _app.AskAsync("presence-chat.1")).IsGranted.Should().Be(isGranted, what);
        (await _app.AskAsync("private-chat.1")).IsGranted.Should().Be(isGranted, what);
    }

    [Theory]
    [InlineData("object", """{"name":"Ann","years":3}""")]
    [InlineData("string", "\"Ann\"")]
    [InlineData("element", "[1]")]
    public async Task Handler_Info_IsTheMembers(string kind, string expected)
    {
        _app.Map("chat.{room}", Task<object> () => Task.FromResult<object>(kind switch
        {
            "object" => new { Name = "Ann", Years = 3 },
            "string" => "Ann",
            _ => JsonDocument.Parse("[1]").RootElement.Clone(),
        }));

        (await _app.AskAsync("presence-chat.1")).UserInfo!.Value.GetRawText().Should().Be(expected);
        (await _app.AskAsync("private-chat.1")).UserInfo.Should().BeNull();
    }

    [Fact]
    public async Task Handler_HttpResultAsObject_IsInternal()
    {
        _app.Map("chat.{room}", object () => Results.Ok());

        (await _app.AskAsync("private-chat.1")).ErrorCode.Should().Be("internal");
    }

    public static TheoryData<string, string, Delegate, string> Mistakes => new()
    {
        { "void", "orders.{id}", (int id) => { }, "*\"orders.{id}\" returns nothing*Return true or false*" },
        { "Task", "orders.{id}", (int id) => Task.CompletedTask, "*\"orders.{id}\" returns nothing*Return true or false*" },
        { "IResult", "orders.{id}", (int id) => Results.Ok(), "*\"orders.{id}\"*HTTP result*Return true or false*" },
        { "misspelt", "orders.{id}", (int orderId) => true, "*\"orders.{id}\" takes \"Int32 orderId\", which is not in the pattern*The pattern has: id*" },
        { "misspelt string", "orders.{id}", (string orderId) => true, "*\"orders.{id}\" takes \"String orderId\"*The pattern has: id*" },
        { "optional", "orders.{id}", (int? page) => true, "*\"orders.{id}\" takes*page\", which is not in the pattern*" },
        { "default", "orders.{id}", (int page = 1) => true, "*\"orders.{id}\" takes*page\", which is not in the pattern*" },
        { "no parameters", "orders", (int id) => true, "*\"orders\" takes \"Int32 id\"*write {id} into it*" },
        { "renamed", "orders.{id}", ([FromRoute(Name = "key")] int id) => true, "*\"orders.{id}\" has a parameter that can be bound neither*'key'*" },
        { "grouped", "orders.{id}", ([AsParameters] Grouped all) => true, "*\"orders.{id}\" takes \"Int32 Other\"*" },
        { "array", "orders.{id}", (int[] id) => true, "*\"orders.{id}\" takes \"Int32[] id\"*string*" },
        { "other array", "orders.{id}", (int[] ids) => true, "*\"orders.{id}\" takes \"Int32[] ids\"*" },
        { "unregistered service", "orders.{id}", (NotRegistered db) => true, "*\"orders.{id}\" has a parameter that can be bound neither*" },
        { "context", "orders.{id}", (HttpContext http) => true, "*\"orders.{id}\" takes \"HttpContext http\", part of a request*ClaimsPrincipal*" },
        { "body", "orders.{id}", ([FromBody] Prices prices) => true, "*\"orders.{id}\" takes \"Prices prices\", part of a request*" },
        { "query", "orders.{id}", ([FromQuery] string q) => true, "*\"orders.{id}\" takes \"String q\", part of a request*" },
        { "header", "orders.{id}", ([FromHeader] string q) => true, "*\"orders.{id}\" takes \"String q\", part of a request*" },
        { "channel", "orders.{channel}", (Channel channel) => true, "*\"orders.{channel}\" takes \"Channel channel\"*another name*" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Map_HandlerThatCannotServe_ThrowsWithPatternAndCure(string what, string pattern, Delegate handler, string message)
    {
        var map = () => _app.Map(pattern, handler);

        map.Should().Throw<InvalidOperationException>(what).WithMessage(message);
    }

    [Fact]
    public async Task Handler_ParametersInAnObject_AreBound()
    {
        _app.Map("orders.{id}.{other}", ([AsParameters] Grouped all) => all is { Id: 1, Other: 2 });

        (await _app.AskAsync("private-orders.1.2")).IsGranted.Should().BeTrue();
    }

    internal sealed record Grouped(int Id, int Other);

    internal sealed class NotRegistered;

    internal sealed record Prices(int Value);

    internal sealed class Orders : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
