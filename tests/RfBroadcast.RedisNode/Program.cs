using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace RfBroadcast.RedisNode;

/// <summary>
/// A server for tests that need nodes as processes of their own. Redis and all other settings come from its arguments
/// (<c>--Broadcasting:Redis:ConnectionString=...</c>). Channels named <c>kept.…</c> keep their history, <c>short.…</c> little of it, <c>chaos.…</c> not for long;
/// every channel is open to everybody, as the user that the token names. Over HTTP it publishes, shows what it knows, and
/// acts on clients.
/// </summary>
internal static class Program
{
    private static async Task Main(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Services.AddAuthentication(UserScheme.Name).AddScheme<AuthenticationSchemeOptions, UserScheme>(UserScheme.Name, configureOptions: null);
        builder.Services.AddAuthorization();
        builder.Services.AddSingleton<Figures>();
        builder.Services.AddHealthChecks().AddRedisBroadcasting();
        builder.Services
            .AddBroadcasting(options => options.Channels
                .For("kept.{**name}", channel =>
                {
                    channel.KeepHistory(10_000, TimeSpan.FromMinutes(10));
                    channel.ClientEvents = true;
                })
                .For("short.{**name}", channel => channel.KeepHistory(20, TimeSpan.FromSeconds(30)))
                .For("chaos.{**name}", channel => channel.KeepHistory(10_000, TimeSpan.FromSeconds(15))))
            .UseRedis();

        var app = builder.Build();
        app.Services.GetRequiredService<Figures>();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapBroadcastWebSockets("/ws");
        app.MapBroadcastChannel("{**name}", (ClaimsPrincipal user) => user.Identity?.IsAuthenticated ?? false);
        Map(app);
        await app.RunAsync();
    }

    private static void Map(WebApplication app)
    {
        // One event: 200 and its receipt, or 503 and whether it may have been sent all the same.
        app.MapPost("/publish", PublishAsync);

        app.MapGet("/connections", async (IBroadcastConnections connections) =>
            (await connections.ListAsync()).Select(one => new { one.ConnectionId, one.UserId, Channels = one.Channels.Select(channel => channel.WireName) }));
        app.MapGet("/channels/{channel}/connections", async (string channel, IBroadcaster broadcaster) => await broadcaster.GetConnectionsAsync(channel));
        app.MapGet("/channels/{channel}/members", async (string channel, IBroadcaster broadcaster) => await broadcaster.GetMembersAsync(channel));
        app.MapGet("/channels/{channel}/history", async (string channel, int last, IChannelHistory history) =>
        {
            var page = await history.ReadLastAsync(Channel.Parse(channel), last);
            return new { page.Top?.Epoch, page.Top?.Offset, Offsets = page.Messages.Select(message => message.Offset) };
        });
        app.MapGet("/local/{channel}", (string channel, LocalHub hub) => hub.GetConnections(Channel.Parse(channel)));
        app.MapPost("/disconnect/{connection}", async (string connection, IBroadcastConnections connections) => await connections.DisconnectAsync(connection));
        app.MapPost("/disconnect-user/{user}", async (string user, IBroadcastConnections connections) => await connections.DisconnectUserAsync(user));
        app.MapGet("/health", async (HealthCheckService health) => (await health.CheckHealthAsync()).Status.ToString());
        app.MapGet("/figures", (Figures figures) => figures.All());
    }

    private static async Task<IResult> PublishAsync(Publication publication, IBroadcaster broadcaster)
    {
        try
        {
            var receipt = await broadcaster.BroadcastAsync(new BroadcastRequest
            {
                Event = new SimpleEvent(publication.Event, publication.Data, publication.Channel is null ? [] : [Channel.Parse(publication.Channel)]),
                Except = publication.Except is null ? SenderExclusion.None : SenderExclusion.Connection(publication.Except),
                ConnectionId = publication.Connection,
                IdempotencyKey = publication.Key,
            });
            var channel = receipt.Channels.Count == 0 ? null : receipt.Channels[0];
            return Results.Ok(new Published(channel?.Position?.Epoch, channel?.Position?.Offset ?? 0, channel?.LocalSubscribers ?? 0));
        }
        catch (BroadcasterUnavailableException fault)
        {
            return Results.Json(new Unpublished(fault.Message, fault.MayHaveBeenSent), statusCode: StatusCodes.Status503ServiceUnavailable);
        }
        catch (ConnectionNotFoundException)
        {
            return Results.NotFound();
        }
    }
}
