using System.IO.Compression;

namespace RfBroadcast.AspNetCore;

/// <summary>What of <see cref="BroadcastCompressionOptions"/> the configuration states.</summary>
internal sealed class BroadcastCompressionSettings
{
    public bool? Enabled { get; set; }

    public int? MinBytes { get; set; }

    public CompressionLevel? Level { get; set; }

    /// <summary>Sets what the configuration states.</summary>
    public void Apply(BroadcastCompressionOptions options)
    {
        options.Enabled = Enabled ?? options.Enabled;
        options.MinBytes = MinBytes ?? options.MinBytes;
        options.Level = Level ?? options.Level;
    }
}
