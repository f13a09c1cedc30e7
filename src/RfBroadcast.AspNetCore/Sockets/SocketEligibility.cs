using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace RfBroadcast.AspNetCore;

/// <summary>Tells whether an upgraded request's bytes reach its socket unchanged, so that frames may be sent to it directly.</summary>
/// <remarks>
/// The socket is there under TLS and under connection middleware, too, where bytes of ours would corrupt the connection. So
/// only what is known to add nothing counts: the transport's own pipe, and the server's own stream. Anything else, also what a
/// later version of the server may bring, goes by the stream.
/// </remarks>
internal static class SocketEligibility
{
    private const string TransportPipe = "System.IO.Pipelines.DuplexPipe";
    private const string TransportAssembly = "Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets";
    private const string UpgradeStream = "Microsoft.AspNetCore.Server.Kestrel.Core.Internal.Http.HttpUpgradeStream";

    /// <summary>The socket to send to, or null when only the stream is safe.</summary>
    /// <param name="context">The request.</param>
    /// <param name="upgraded">The stream its upgrade gave.</param>
    public static Socket? FindSocket(HttpContext context, Stream upgraded)
    {
        var features = context.Features;
        if (!HttpProtocol.IsHttp11(context.Request.Protocol) // HTTP/2 has its own frames on the socket
            || features.Get<ITlsHandshakeFeature>() is not null
            || upgraded.GetType().FullName != UpgradeStream)
        {
            return null;
        }

        var pipe = features.Get<IConnectionTransportFeature>()?.Transport.GetType();
        return pipe?.FullName == TransportPipe && pipe.Assembly.GetName().Name == TransportAssembly
            ? features.Get<IConnectionSocketFeature>()?.Socket
            : null;
    }
}
