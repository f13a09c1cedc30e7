using System.Net;
using System.Net.Sockets;

namespace Chat;

/// <summary>Where the page is when neither <c>--urls</c> nor the environment says so: on this machine only.</summary>
internal static class LocalAddress
{
    public static void UseUnlessConfigured(WebApplicationBuilder builder, int port)
    {
        if (builder.Configuration[WebHostDefaults.ServerUrlsKey] is null)
        {
            builder.WebHost.UseUrls($"http://127.0.0.1:{(IsFree(port) ? port : 0)}"); // 0: any free one
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
