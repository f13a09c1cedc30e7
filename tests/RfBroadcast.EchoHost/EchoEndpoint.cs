using System.Buffers;
using RfBroadcast.AspNetCore;

namespace RfBroadcast.EchoHost;

/// <summary>
/// Sends every message back as it came, texts compressed where that was negotiated: the upgrade, the reader, the queue and the
/// ways out are the library's; only the messages mean nothing.
/// </summary>
internal sealed class EchoEndpoint(EndpointServices services, ConnectionLifetime lifetime)
{
    /// <summary>The largest message.</summary>
    public const int MaxMessageBytes = 16 * 1024 * 1024;

    // A client may send some messages before it reads.
    private const int QueueBytes = 16 * MaxMessageBytes;

    /// <summary>Adds what the end point needs; the configuration may switch compression off, and choose the way out.</summary>
    public static void Add(WebApplicationBuilder builder)
    {
        builder.Services.AddBroadcasting().ConfigureWebSockets(options =>
        {
            options.MaxMessageBytes = MaxMessageBytes;
            options.QueueBytes = QueueBytes;
            options.Compression.Enabled = builder.Configuration.GetValue(BroadcastCompressionOptions.SectionName + ":Enabled", defaultValue: true);
            options.Compression.MinBytes = 1;
        });
        builder.Services.AddSingleton<EchoEndpoint>();
    }

    /// <summary>Maps <c>/echo</c>, and <c>/</c>, where test suites look by themselves.</summary>
    public static void Map(WebApplication app)
    {
        var echo = app.Services.GetRequiredService<EchoEndpoint>();
        foreach (var path in new[] { "/", "/echo" })
        {
            app.MapMethods(path, [HttpMethods.Get, HttpMethods.Connect], (RequestDelegate)echo.HandleAsync);
        }
    }

    private async Task HandleAsync(HttpContext context)
    {
        if (SocketAcceptor.FindFault(context) is { } fault)
        {
            await fault.WriteAsync(context);
            return;
        }

        var socket = await AcceptedSocket.AcceptAsync(services, context, default);
        await lifetime.RunAsync(socket.Connection, new EchoTransport(socket, services.Options.Compression), []);
    }
}
