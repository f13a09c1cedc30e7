using Microsoft.AspNetCore.Http;

namespace RfBroadcast.AspNetCore;

/// <summary>Writes prepared bytes to the upgraded duplex stream: works with TLS, HTTP/2 and any connection middleware.</summary>
internal sealed class StreamOutlet(Stream stream, HttpContext context) : RequestOutlet(context)
{
    public override bool SendsPings => true;

    protected override ValueTask StartAsync(ReadOnlyMemory<byte> frames) => stream.WriteAsync(frames, CancellationToken.None);
}
