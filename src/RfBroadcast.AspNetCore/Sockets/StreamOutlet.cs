using Microsoft.AspNetCore.Http;

namespace RfBroadcast.AspNetCore;

/// <summary>Writes prepared bytes to the upgraded duplex stream: works with TLS, HTTP/2 and any connection middleware.</summary>
internal sealed class StreamOutlet(Stream stream, HttpContext context) : IFrameOutlet
{
    public bool SendsPings => true;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> frames) => stream.WriteAsync(frames, CancellationToken.None);

    public void Abort() => context.Abort();
}
