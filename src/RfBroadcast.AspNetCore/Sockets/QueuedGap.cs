namespace RfBroadcast.AspNetCore;

/// <summary>How many frames of a channel were dropped at one place of a queue.</summary>
internal sealed class QueuedGap(Channel channel)
{
    public Channel Channel => channel;

    /// <summary>More than the frame can have: a name of 200 characters, a number, and what is around them.</summary>
    public const int MaxLength = 320;

    public int Dropped { get; set; }
}
