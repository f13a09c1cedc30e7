using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Serialization;
using RfBroadcast;
using RfBroadcast.TrimSmoke;

// A trimmed app end to end: a client subscribes to a public and a private channel and gets an event on each.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, SmokeJson.Default));
builder.Services.AddBroadcasting(o => o.Channels.For("orders.{id:int}", c => c.KeepHistory(10, TimeSpan.FromMinutes(1))));
builder.WebHost.UseUrls("http://127.0.0.1:0");

await using var app = builder.Build();
app.MapBroadcastWebSockets("/ws");
app.MapBroadcastClient("/rf-broadcast.js");
app.MapBroadcastChannel<OrderChannel>("orders.{id:int}");
await app.StartAsync();

using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
using var client = new ClientWebSocket();
await client.ConnectAsync(new Uri(app.Urls.First().Replace("http:", "ws:", StringComparison.Ordinal) + "/ws?channel=news&channel=private-orders.7"), limit.Token);
await ExpectAsync("\"connected\"", "\"subscribed\"", "\"subscribed\"");

var broadcaster = app.Services.GetRequiredService<IBroadcaster>();
await broadcaster.BroadcastAsync(new OrderShipped(7, "DHL"), limit.Token);
await broadcaster.SystemAlertAsync("info", "nobody is subscribed", actionRequired: false, limit.Token);
await broadcaster.To("news").Event("hello").With(new OrderShipped(8, "UPS")).SendAsync(limit.Token);
await ExpectAsync("\"DHL\"", "\"UPS\"");

await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
await app.StopAsync();
Console.WriteLine("ok");

async Task ExpectAsync(params string[] texts)
{
    var buffer = new byte[4096];
    foreach (var _ in texts)
    {
        var result = await client.ReceiveAsync(buffer, limit.Token);
        var frame = Encoding.UTF8.GetString(buffer, 0, result.Count);
        if (!texts.Any(text => frame.Contains(text, StringComparison.Ordinal)))
        {
            throw new InvalidOperationException($"Expected one of {string.Join(", ", texts)}, got {frame}");
        }
    }
}

namespace RfBroadcast.TrimSmoke
{
    internal sealed record OrderShipped(int OrderId, string Carrier) : IEvent
    {
        public IReadOnlyList<Channel> BroadcastOn() => [Channel.Private($"orders.{OrderId}")];
    }

    internal sealed class OrderChannel : IChannelAuth
    {
        public ValueTask<ChannelAuthResult> AuthorizeAsync(ChannelAuthContext context, CancellationToken cancellationToken) =>
            ValueTask.FromResult(context.Parameters["id"] == "7" ? ChannelAuthResult.Grant() : ChannelAuthResult.Deny());
    }

    [JsonSerializable(typeof(OrderShipped))]
    internal sealed partial class SmokeJson : JsonSerializerContext;
}
