using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Limits;

/// <summary>What takes too long is given up: finding out who connects, asking whether one may, being subscribed to nothing.</summary>
public sealed class TimeoutTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task HandshakeTimeout_SchemeHangs_Is503(bool heedsItsToken)
    {
        var time = new ManualTimeProvider();
        HangingScheme.Started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        HangingScheme.GoOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await BroadcastApp.StartAsync(new()
        {
            Time = time,
            Services = services => services
                .AddAuthentication(options => options.DefaultScheme = HangingScheme.Name)
                .AddScheme<AuthenticationSchemeOptions, HangingScheme>(HangingScheme.Name, configureOptions: null),
        });
        var connecting = RawClient.ConnectAsync(app.Address, heedsItsToken ? "/ws?heeds=1" : "/ws", TestTokens.Of("ada"));
        await HangingScheme.Started.Task.InTimeAsync();

        time.Advance(TimeSpan.FromSeconds(9));
        connecting.IsCompleted.Should().BeFalse();
        time.Advance(TimeSpan.FromSeconds(2));

        using var refused = await connecting.InTimeAsync();
        refused.Answer.Should().StartWith("HTTP/1.1 503 ").And.Contain("Retry-After: ");
        app.Logs.Single(2010).Message.Should().Contain("Broadcasting:WebSockets:HandshakeTimeout");
        app.Hub.ConnectionCount.Should().Be(0);
        HangingScheme.GoOn.SetResult();
    }

    [Fact]
    public async Task HandshakeTimeout_OtherEndPointWithSuchAPath_TakesItsTime()
    {
        var time = new ManualTimeProvider();
        var (started, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = await BroadcastApp.StartAsync(new()
        {
            Time = time,
            Map = app => app.MapGet("/reports/ws/monthly", async () =>
            {
                started.SetResult();
                await goOn.Task;
                return "done";
            }),
        });
        using var http = new HttpClient();
        var answer = http.GetStringAsync(new Uri(app.Address, "/reports/ws/monthly"));
        await started.Task.InTimeAsync();

        time.Advance(TimeSpan.FromMinutes(1));
        goOn.SetResult();

        (await answer.InTimeAsync()).Should().Be("done");
    }

    [Fact]
    public async Task HandshakeTimeout_OnceConnected_NoLongerCounts()
    {
        var time = new ManualTimeProvider();
        await using var app = await BroadcastApp.StartAsync(new() { Time = time, WebSockets = options => options.PingInterval = TimeSpan.FromMinutes(10) });
        var client = await app.ConnectAsync(token: TestTokens.Of("ada"));

        time.Advance(TimeSpan.FromMinutes(1));

        await client.ExpectQuietAsync();
    }

    [Fact]
    public async Task IdleTimeout_SubscribedToNothing_IsClosed_AndOneWithASubscriptionIsNot()
    {
        var time = new ManualTimeProvider();
        await using var app = await BroadcastApp.StartAsync(new()
        {
            Time = time,
            WebSockets = options => (options.PingInterval, options.IdleTimeout) = (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60)),
        });
        var idle = await app.ConnectAsync();
        var busy = await app.ConnectAsync();
        var late = await app.ConnectAsync();
        await busy.SubscribeAsync("news");
        await late.SubscribeAsync("news");

        await PassAsync(50, idle, busy, late);
        await late.SendAsync("""{"type":"unsubscribe","channel":"news"}""");
        await late.NextAsync("unsubscribed");
        await PassAsync(15, busy, late);

        var close = await idle.ClosedAsync();
        close.Should().Be(new WireClose(1000, "subscribed to nothing"));
        await PassAsync(40, busy, late);
        await PassAsync(30, busy);
        (await late.ClosedAsync()).Code.Should().Be(1000);
        await PassAsync(600, busy);
        await busy.ExpectQuietAsync();

        // Every client is heard meanwhile: this is not about silence.
        async Task PassAsync(int seconds, params WireClient[] heard)
        {
            for (var passed = 0; passed < seconds; passed += 5)
            {
                time.Advance(TimeSpan.FromSeconds(5));
                foreach (var client in heard)
                {
                    await client.ExpectQuietAsync();
                }
            }
        }
    }

    [Fact]
    public async Task IdleTimeout_ByDefault_IsNever()
    {
        var time = new ManualTimeProvider();
        await using var app = await BroadcastApp.StartAsync(new() { Time = time });
        var client = await app.ConnectAsync();

        for (var hour = 0; hour < 48; hour++)
        {
            await client.ExpectQuietAsync();
            time.Jump(TimeSpan.FromSeconds(25));
        }

        await client.ExpectQuietAsync();
    }

    [Fact]
    public async Task AuthorizationTimeout_HandlerHangs_IsInternalAndHoldsUpNothingElse()
    {
        var time = new ManualTimeProvider();
        var started = new TaskCompletionSource();
        await using var app = await BroadcastApp.StartAsync(new()
        {
            Time = time,
            Map = app => app.MapBroadcastChannel("slow", async () =>
            {
                started.SetResult();
                await Task.Delay(Timeout.Infinite);
                return true;
            }),
        });
        var client = await app.ConnectAsync();
        await client.SendAsync("""{"type":"subscribe","id":1,"channel":"private-slow"}""");
        await started.Task.InTimeAsync();
        await client.SubscribeAsync("news");
        time.Advance(TimeSpan.FromSeconds(9));
        await client.ExpectQuietAsync();

        time.Advance(TimeSpan.FromSeconds(1));

        (await client.NextAsync()).Text.Should().Be(
            """{"type":"error","id":1,"code":"internal","message":"the authorization took too long; try again","channel":"private-slow"}""");
        app.Logs.Single(2005).Message.Should().Contain("Broadcasting:WebSockets:AuthorizationTimeout");
        await client.ExpectQuietAsync();
    }

    private sealed class HangingScheme(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        public const string Name = "Hanging";

        // The tests of one class run one after the other.
        public static TaskCompletionSource Started { get; set; } = new();

        public static TaskCompletionSource GoOn { get; set; } = new();

        protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            Started.TrySetResult();
            await GoOn.Task.WaitAsync(Request.Query.ContainsKey("heeds") ? Context.RequestAborted : CancellationToken.None);
            return AuthenticateResult.NoResult();
        }
    }
}
