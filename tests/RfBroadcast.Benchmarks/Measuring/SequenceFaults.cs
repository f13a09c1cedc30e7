namespace RfBroadcast.Benchmarks;

/// <summary>How many messages did not come, came twice, or came after a later one. All must be 0.</summary>
public sealed class SequenceFaults
{
    public long Lost { get; set; }

    public long Repeated { get; set; }

    public long Reordered { get; set; }
}
