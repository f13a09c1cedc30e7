using System.IO.Compression;
using System.Text;

namespace RfBroadcast.AspNetCore.Tests.Compression;

/// <summary>Compresses and restores payloads of permessage-deflate, independently of the library (RFC 7692, section 7.2).</summary>
internal static class Deflated
{
    /// <summary>The examples of RFC 7692, section 7.2.3: the text "Hello" as one message.</summary>
    public static readonly byte[] Hello = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];

    /// <summary>"Hello" again, by reference to the message before it: only with context takeover.</summary>
    public static readonly byte[] HelloAgain = [0xf2, 0x00, 0x11, 0x00, 0x00];

    public static byte[] Deflate(ReadOnlySpan<byte> payload, CompressionLevel level = CompressionLevel.Optimal)
    {
        using var output = new MemoryStream();
        using var deflate = new DeflateStream(output, level);
        deflate.Write(payload);
        deflate.Flush();
        return output.ToArray()[..^4];
    }

    public static byte[] Deflate(string text) => Deflate(Encoding.UTF8.GetBytes(text));

    public static byte[] Inflate(ReadOnlySpan<byte> payload)
    {
        using var input = new MemoryStream([.. payload, 0x00, 0x00, 0xff, 0xff, 0x03, 0x00]); // and a last block, so that the stream ends
        using var inflate = new DeflateStream(input, CompressionMode.Decompress);
        using var output = new MemoryStream();
        inflate.CopyTo(output);
        return output.ToArray();
    }
}
