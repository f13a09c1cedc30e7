namespace RfBroadcast.Redis.Tests.Chaos;

/// <summary>A channel that a client wants: how far it is with it, and the models of what it sees there.</summary>
internal sealed class ChaosSubscription
{
    public ChaosSubscription(string who, string channel, Findings findings)
    {
        Channel = channel;
        Messages = new SequenceModel($"{who} {channel}", findings);
        Members = channel.StartsWith("presence-", StringComparison.Ordinal) ? new MembersModel($"{who} {channel}", findings) : null;
    }

    public string Channel { get; }

    public SequenceModel Messages { get; }

    public MembersModel? Members { get; }

    /// <summary>Whether a subscription is asked for and not answered.</summary>
    public bool IsAsked { get; set; }

    /// <summary>When it may be asked for; at other times the client has left it.</summary>
    public DateTime NotBefore { get; set; }

    public void Ended(string how)
    {
        IsAsked = false;
        Messages.Ended(how);
    }
}
