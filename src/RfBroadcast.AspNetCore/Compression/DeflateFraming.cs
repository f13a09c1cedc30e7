using System.Buffers;
using System.IO.Compression;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Writes a text frame whose payload is compressed (permessage-deflate, RFC 7692, section 7.2.1), when it is long enough and
/// becomes smaller by it. Every message is a stream of its own, so that one frame serves every connection.
/// </summary>
internal sealed class DeflateFraming(BroadcastCompressionOptions options)
{
    // A flush ends with an empty block, 00 00 FF FF, which is not sent: the receiver puts it back.
    private const int TailLength = 4;

    // A buffer that one huge message made larger than this is not kept for the next.
    private const int LargestKept = 1024 * 1024;

    [ThreadStatic]
    private static MemoryStream? _deflated;

    public void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> json)
    {
        if (json.Length < options.MinBytes)
        {
            WebSocketFrame.WriteText(output, json);
            return;
        }

        var deflated = Deflate(json);
        if (deflated.Length < json.Length)
        {
            WebSocketFrame.WriteDeflatedText(output, deflated);
        }
        else
        {
            WebSocketFrame.WriteText(output, json);
        }
    }

    private ReadOnlySpan<byte> Deflate(ReadOnlySpan<byte> json)
    {
        if (_deflated is null || _deflated.Capacity > LargestKept)
        {
            _deflated = new MemoryStream();
        }

        _deflated.SetLength(0);
        int length;
        using (var deflate = new DeflateStream(_deflated, options.Level, leaveOpen: true))
        {
            deflate.Write(json);
            deflate.Flush();
            length = (int)_deflated.Length - TailLength; // disposing writes the end of the stream behind it
        }

        return _deflated.GetBuffer().AsSpan(0, length);
    }
}
