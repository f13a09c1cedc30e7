using System.Net;
using System.Net.Sockets;

namespace ScaleOut;

/// <summary>Ports of this machine.</summary>
internal static class LocalPort
{
    /// <summary>The port if nobody listens on it, else 0, which means any free one.</summary>
    public static int FreeOrAny(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return port;
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    /// <summary>A port on which nobody listens.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, port: 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
