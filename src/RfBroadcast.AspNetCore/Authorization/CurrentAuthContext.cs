namespace RfBroadcast.AspNetCore;

/// <summary>Holds the context of the decision whose scope this is, so that handlers and services can ask for it.</summary>
internal sealed class CurrentAuthContext
{
    public ChannelAuthContext? Value { get; set; }
}
