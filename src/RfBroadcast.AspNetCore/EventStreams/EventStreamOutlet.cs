using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace RfBroadcast.AspNetCore;

/// <summary>Writes blocks to a response, each time with the id of where they bring the client, and flushes.</summary>
internal sealed class EventStreamOutlet(HttpContext context, StreamPosition position, TimeProvider time) : RequestOutlet(context)
{
    private readonly PipeWriter _body = context.Response.BodyWriter;
    private long _lastWrite = time.GetTimestamp();

    public override bool SendsPings => false;

    /// <summary>How long ago the last write ended.</summary>
    public TimeSpan Silence => time.GetElapsedTime(Volatile.Read(ref _lastWrite));

    protected override async ValueTask StartAsync(ReadOnlyMemory<byte> frames)
    {
        _body.Write(frames.Span);
        position.WriteNews(_body);
        await _body.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        Volatile.Write(ref _lastWrite, time.GetTimestamp());
    }
}
