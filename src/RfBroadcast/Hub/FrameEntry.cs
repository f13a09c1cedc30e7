namespace RfBroadcast;

/// <summary>Where one frame of a <see cref="Batch"/> is, and what a connection must know to keep or drop it.</summary>
/// <param name="Start">Its first byte in the batch.</param>
/// <param name="Order">The offset of a message (0 without history), or the revision of a presence edge.</param>
/// <param name="Event">The event's name; null for a presence edge, which is never dropped.</param>
/// <param name="Except">The id of the connection to leave out, or null.</param>
public readonly record struct FrameEntry(int Start, long Order, string? Event, string? Except)
{
    /// <summary>Whether the frame tells of a member.</summary>
    public bool IsEdge => Event is null;
}
