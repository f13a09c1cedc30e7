namespace RfBroadcast;

/// <summary>Does nothing: when it has run, everything posted before it has.</summary>
internal sealed class FlushOperation : ChannelOperation<bool>
{
    protected override bool Do(HubChannel channel) => true;
}
