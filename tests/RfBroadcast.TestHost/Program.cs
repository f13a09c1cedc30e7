using System.Collections.Concurrent;

namespace RfBroadcast.TestHost;

/// <summary>
/// A server for tests that need a process of its own. Channels named <c>kept.…</c> keep their history, in memory. Over HTTP it
/// publishes, starts publishers that run by themselves, and cuts its connections.
/// </summary>
internal static class Program
{
    private static async Task Main(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Services.AddSingleton<Traffic>();
        builder.Services.AddBroadcasting(options =>
            options.Channels.For("kept.{**name}", channel => channel.KeepHistory(10_000, TimeSpan.FromMinutes(10))));

        var app = builder.Build();
        var sockets = new ConcurrentDictionary<HttpContext, bool>();
        app.Use(async (context, next) =>
        {
            if (context.Request.Path != "/ws")
            {
                await next(context);
                return;
            }

            sockets[context] = true;
            try
            {
                await next(context);
            }
            finally
            {
                sockets.Remove(context, out _);
            }
        });
        app.MapBroadcastWebSockets("/ws");

        // Publishes the numbers from first to last, and answers when they are accepted.
        app.MapPost("/messages/{channel}", (string channel, int first, int last, Traffic traffic) => traffic.PublishAsync(channel, first, last));

        // Starts publishers, one a channel, that run until the process is told to stop or, with untilTheEnd, until it ends.
        app.MapPost("/traffic/{channel}", (string channel, bool untilTheEnd, int padding, Traffic traffic) => traffic.Start(channel, untilTheEnd, padding));
        app.MapGet("/traffic/{channel}", (string channel, Traffic traffic) => traffic.Accepted(channel));

        // As when a cable is cut: no close frame.
        app.MapPost("/cut", () =>
        {
            foreach (var (context, _) in sockets)
            {
                context.Abort();
            }
        });

        // Before any connection is closed, so that what was accepted is owed to all of them.
        var stoppingFirst = app.Services.GetRequiredService<Traffic>();
        app.Lifetime.ApplicationStopping.Register(() => stoppingFirst.StopAsync(untilTheEnd: false).GetAwaiter().GetResult());
        await app.StartAsync();
        await app.WaitForShutdownAsync();
        await stoppingFirst.StopAsync(untilTheEnd: true);
        foreach (var (channel, accepted) in stoppingFirst.All)
        {
            await Console.Out.WriteLineAsync($"accepted {channel} {accepted}");
        }

        await app.DisposeAsync();
    }
}
