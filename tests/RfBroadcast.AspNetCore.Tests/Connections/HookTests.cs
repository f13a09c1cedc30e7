using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Connections;

/// <summary>An app's hooks are told what clients do, in order, and do nobody harm.</summary>
public sealed class HookTests
{
    [Fact]
    public async Task Hooks_OfOneConnection_AreToldEverythingInOrder()
    {
        var hook = new RecordingHook();
        await using var app = await StartAsync(hook);
        var ada = await app.ConnectAsync(token: TestTokens.Of("ada"));
        var guest = await app.ConnectAsync("/ws?channel=news");
        await guest.NextAsync("subscribed");

        await ada.SubscribeAsync("presence-chat");
        await ada.SubscribeAsync("news");
        await ada.SendAsync("""{"type":"subscribe","channel":"private-nobody"}""");
        await ada.NextAsync("error");
        await ada.SendAsync("""{"type":"event","id":1,"channel":"presence-chat","event":"client-hello","data":1}""");
        await ada.NextAsync("ack");
        await ada.SendAsync("""{"type":"event","id":2,"channel":"presence-chat","event":"refused","data":1}""");
        await ada.NextAsync("error");
        await ada.SendAsync("""{"type":"unsubscribe","channel":"news"}""");
        await ada.NextAsync("unsubscribed");
        await app.Broadcaster.BroadcastToChannelAsync("news", "no client event", 1);
        await ada.CloseAsync();
        await Wait.UntilAsync(() => hook.Of(ada.ConnectionId).Contains("disconnected ada"), "ada has gone");
        await app.Broadcaster.UnsubscribeAsync(guest.ConnectionId, Channel.Public("news"), UnsubscribeReason.Revoked);
        await app.Connections.DisconnectAsync(guest.ConnectionId);
        await Wait.UntilAsync(() => hook.Of(guest.ConnectionId).Contains("disconnected "), "the guest has gone");

        hook.Of(ada.ConnectionId).Should().Equal(
            "connected ada",
            "subscribed presence-chat",
            "subscribed news",
            "client-hello on presence-chat",
            "unsubscribed news",
            "unsubscribed presence-chat",
            "disconnected ada");
        hook.Of(guest.ConnectionId).Should().Equal("connected ", "subscribed news", "unsubscribed news", "disconnected ");
    }

    [Fact]
    public async Task Hooks_OneThrowsAndOneHangs_TheOthersAreCalledAndMessagesDelivered()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (throws, hangs, hook) = (new RecordingHook(_ => throw new InvalidOperationException("mine")), new RecordingHook(_ => new ValueTask(goOn.Task)), new RecordingHook());
        await using var app = await StartAsync(throws, hangs, hook);
        var ada = await app.ConnectAsync(token: TestTokens.Of("ada"));
        var ben = await app.ConnectAsync(token: TestTokens.Of("ben"));
        await ada.SubscribeAsync("private-chat");
        await ben.SubscribeAsync("private-chat");

        await ada.SendAsync("""{"type":"event","channel":"private-chat","event":"client-hello","data":1}""");
        (await ben.NextAsync("event")).String("event").Should().Be("client-hello");
        await app.Broadcaster.ToPrivate("chat").Event("news").With(1).SendAsync();
        (await ada.NextAsync("event")).String("event").Should().Be("news");
        await ada.CloseAsync();

        await Wait.UntilAsync(() => hook.Of(ada.ConnectionId).Count() == 5 && throws.Of(ada.ConnectionId).Count() == 5, "the others were told all");
        hook.Of(ada.ConnectionId).Should().Equal(
            "connected ada", "subscribed private-chat", "client-hello on private-chat", "unsubscribed private-chat", "disconnected ada");
        throws.Of(ada.ConnectionId).Should().Equal(hook.Of(ada.ConnectionId));
        hangs.Of(ada.ConnectionId).Should().Equal("connected ada");
        app.Logs.All.Should().Contain(log => log.Id == 1005 && log.Exception is InvalidOperationException);

        // It stops without waiting for the one that hangs.
        await app.StopAsync().InTimeAsync();
        (await ben.ClosedAsync()).Code.Should().Be(1001);
        hangs.Of(ada.ConnectionId).Should().HaveCount(1);
        goOn.SetResult();
    }

    [Fact]
    public async Task Hooks_HeedTheirToken_AreEndedWithTheApp()
    {
        var hook = new RecordingHook(cancel => new ValueTask(Task.Delay(Timeout.Infinite, cancel)));
        await using (var app = await StartAsync(hook))
        {
            await app.ConnectAsync(token: TestTokens.Of("ada"));
            await Wait.UntilAsync(() => hook.Count == 1, "it runs");
        }

        hook.Count.Should().Be(1, "what had not started is left out");
    }

    private static Task<BroadcastApp> StartAsync(params IBroadcastHooks[] hooks) => BroadcastApp.StartAsync(new()
    {
        Broadcasting = options => options.Channels.For("chat", channel => channel.ClientEvents = true),
        Services = services =>
        {
            foreach (var hook in hooks)
            {
                services.AddSingleton(hook);
            }
        },
        Map = app => app.MapBroadcastChannel("chat", () => true),
    });
}
