using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace RfBroadcast.TestSupport;

/// <summary>Ports of the loopback that nobody listens on. No two calls of this process give the same one.</summary>
internal static class LoopbackPorts
{
    private static readonly ConcurrentDictionary<int, bool> Given = new();

    public static int Next()
    {
        while (true)
        {
            using var probe = new TcpListener(IPAddress.Loopback, port: 0);
            probe.Start();
            var port = ((IPEndPoint)probe.LocalEndpoint).Port;
            if (Given.TryAdd(port, value: true))
            {
                return port;
            }
        }
    }
}
