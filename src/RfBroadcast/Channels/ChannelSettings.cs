namespace RfBroadcast;

/// <summary>How the channels that match one pattern behave. Set up at start, not changed afterwards.</summary>
public sealed class ChannelSettings
{
    /// <summary>How many messages are kept at most; 0, the default, keeps none. Set with <see cref="KeepHistory"/>.</summary>
    public int HistorySize { get; private set; }

    /// <summary>How long each message is kept. Set with <see cref="KeepHistory"/>.</summary>
    public TimeSpan HistoryAge { get; private set; }

    /// <summary>Whether messages are kept, so that a client that comes back gets what it missed.</summary>
    public bool KeepsHistory => HistorySize > 0;

    /// <summary>What happens when a connection is too slow for the channel. Default <see cref="OverflowPolicy.Close"/>.</summary>
    public OverflowPolicy Overflow { get; set; }

    /// <summary>Whether clients may send events to the other subscribers ("whisper"). Default false.</summary>
    public bool ClientEvents { get; set; }

    /// <summary>Keeps the last messages of each channel, up to a number and an age, for clients that come back.</summary>
    /// <param name="messages">How many at most, from 1.</param>
    /// <param name="age">How long each is kept, more than zero.</param>
    /// <returns>The same settings.</returns>
    public ChannelSettings KeepHistory(int messages, TimeSpan age)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(messages, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(age, TimeSpan.Zero);
        HistorySize = messages;
        HistoryAge = age;
        return this;
    }
}
