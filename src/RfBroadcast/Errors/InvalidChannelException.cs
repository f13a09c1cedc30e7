namespace RfBroadcast;

/// <summary>A channel name breaks the rules. The message names the channel and the rule.</summary>
public sealed class InvalidChannelException : BroadcastException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="channelName">The name as it was given.</param>
    /// <param name="fault">What is wrong with it.</param>
    public InvalidChannelException(string channelName, string fault)
        : base($"\"{channelName}\" is not a valid channel name: {fault}.") => ChannelName = channelName;

    /// <summary>The name as it was given.</summary>
    public string ChannelName { get; }
}
