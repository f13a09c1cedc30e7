using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace RfBroadcast.AspNetCore.Tests.Support;

/// <summary>A server whose sockets buffer little, so that a client that does not read is soon a slow one.</summary>
internal static class SmallBuffers
{
    public const int Size = 8 * 1024;

    public static void Use(IWebHostBuilder host) => host
        .UseUrls("http://127.0.0.1:0")
        .UseSockets(options => options.CreateBoundListenSocket = endpoint =>
        {
            var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            socket.SendBufferSize = Size; // what it accepts inherits this
            return socket;
        });
}
