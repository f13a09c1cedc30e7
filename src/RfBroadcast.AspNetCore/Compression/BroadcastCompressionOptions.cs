using System.IO.Compression;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Whether and how messages to WebSockets are compressed (permessage-deflate, RFC 7692), bound from the configuration section
/// <c>Broadcasting:WebSockets:Compression</c>. Not for channels that carry secrets beside text which others can choose:
/// docs/security.md.
/// </summary>
/// <remarks>
/// An event is compressed once for all connections that negotiated it. What one connection alone is sent (answers, what it
/// missed) is not compressed: it would cost as much for one as an event does for all.
/// </remarks>
public sealed class BroadcastCompressionOptions
{
    /// <summary>The configuration section these settings are bound from.</summary>
    public const string SectionName = BroadcastWebSocketOptions.SectionName + ":Compression";

    /// <summary>Whether clients that offer compression get it. Default false.</summary>
    public bool Enabled { get; set; }

    /// <summary>
    /// How many bytes of JSON an event's frame must have to be compressed, and it stays as it is when that does not make it
    /// smaller. Default 1,024; from 1.
    /// </summary>
    public int MinBytes { get; set; } = 1024;

    /// <summary>
    /// How hard to try; an event is compressed only once, however many receive it. Default <see cref="CompressionLevel.Optimal"/>;
    /// <see cref="CompressionLevel.NoCompression"/> is refused.
    /// </summary>
    public CompressionLevel Level { get; set; } = CompressionLevel.Optimal;
}
