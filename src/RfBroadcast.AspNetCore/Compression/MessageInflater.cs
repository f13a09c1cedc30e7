using System.Buffers;
using System.IO.Compression;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Inflates a client's compressed message (RFC 7692, section 7.2.2). Each is a stream of its own, as negotiated, so nothing is
/// held between them.
/// </summary>
internal static class MessageInflater
{
    /// <summary>Inflates a message.</summary>
    /// <param name="deflated">The payload, from which its sender took the end of the last block.</param>
    /// <param name="most">How many bytes it may become.</param>
    /// <param name="message">Is given the message, up to one byte more than it may have.</param>
    /// <exception cref="InvalidDataException">It is not a deflated message.</exception>
    public static void Inflate(ReadOnlyMemory<byte> deflated, int most, ref MessageBuffer message)
    {
        var whole = ArrayPool<byte>.Shared.Rent(deflated.Length + 4);
        var piece = ArrayPool<byte>.Shared.Rent(8 * 1024);
        try
        {
            deflated.Span.CopyTo(whole);
            ReadOnlySpan<byte> end = [0x00, 0x00, 0xFF, 0xFF];
            end.CopyTo(whole.AsSpan(deflated.Length));
            using var inflate = new DeflateStream(new MemoryStream(whole, 0, deflated.Length + end.Length), CompressionMode.Decompress);
            int count;
            while (message.Length <= most && (count = inflate.Read(piece, 0, Math.Min(piece.Length, most + 1 - message.Length))) > 0)
            {
                piece.AsSpan(0, count).CopyTo(message.Add(count));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
            ArrayPool<byte>.Shared.Return(whole);
        }
    }
}
