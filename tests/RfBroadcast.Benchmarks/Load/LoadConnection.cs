using System.Diagnostics;

namespace RfBroadcast.Benchmarks;

/// <summary>One client of the load generator.</summary>
internal sealed class LoadConnection(int fd, string channel, long first, long? since)
{
    public int Fd => fd;

    public string Channel => channel;

    /// <summary>The offset it comes back with; null for a first visit.</summary>
    public long? Since => since;

    public long Started { get; } = Stopwatch.GetTimestamp();

    public LoadStage Stage { get; set; }

    /// <summary>Inflates its compressed messages; null where they are only counted.</summary>
    public MessageInflater? Inflater { get; init; }

    /// <summary>The start of a frame whose rest has not come yet.</summary>
    public ByteStore Rest { get; } = new();

    /// <summary>The fragments of a message whose last has not come yet: SignalR sends what crosses its buffers in fragments.</summary>
    public ByteStore Fragments { get; } = new();

    /// <summary>Follows the numbers.</summary>
    public SequenceCheck Sequence = new(first);

    /// <summary>Where the payload was found last.</summary>
    public int PayloadPlace;
}
