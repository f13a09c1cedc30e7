using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using RfBroadcast;

namespace ScaleOut;

/// <summary>One app server: what you would run on each machine.</summary>
internal static class Node
{
    public static WebApplication Build(string name, string redis, int port)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls($"http://127.0.0.1:{LocalPort.FreeOrAny(port)}");
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);

        builder.Services.AddAuthorization();
        builder.Services.AddAuthentication(GuestScheme.Name).AddScheme<AuthenticationSchemeOptions, GuestScheme>(GuestScheme.Name, configureOptions: null);
        builder.Services.AddValidation(); // of NewMessage

        // All that joins the nodes is UseRedis. Without it each would be a chat of its own.
        builder.Services
            .AddBroadcasting(options => options.Channels.For("room", channel => channel.KeepHistory(50, TimeSpan.FromHours(1))))
            .UseRedis(redis);

        var app = builder.Build();
        app.UseFileServer(); // wwwroot: the page
        app.MapBroadcastWebSockets("/ws").RequireAuthorization();
        app.MapBroadcastClient("/rf-broadcast.js");

        // Every guest may enter. The others see the guest's name, and on which node the guest is.
        app.MapBroadcastChannel("room", (ClaimsPrincipal user) => new { user.Identity?.Name, Node = name });

        app.MapGet("/node", () => new { name });

        // Accepted here, seen by everybody on every node.
        app.MapPost("/messages", async (NewMessage message, ClaimsPrincipal user, IBroadcaster broadcaster, CancellationToken cancellationToken) =>
        {
            await broadcaster.ToPresence("room").Event("message")
                .With(new { From = user.FindFirstValue(ClaimTypes.NameIdentifier), user.Identity?.Name, Node = name, message.Text })
                .SendAsync(cancellationToken);
            return Results.NoContent();
        }).RequireAuthorization();

        return app;
    }
}
