using System.Globalization;

namespace RfBroadcast.Redis.Tests.Chaos;

/// <summary>
/// What one client may see of one channel that keeps its history, whatever happens in between: every message after its position, once, in order; or it is
/// told that it cannot have them. Anything else is a finding. It is told of all that comes, in order.
/// </summary>
/// <param name="who">Which client and channel, for the findings.</param>
/// <param name="findings">Where they go.</param>
internal sealed class SequenceModel(string who, Findings findings)
{
    private const int TrailLength = 12;

    private readonly Queue<string> _trail = new();

    /// <summary>Where the client is; null before it has subscribed for the first time.</summary>
    public ChannelPosition? Position { get; private set; }

    /// <summary>Whether it is subscribed.</summary>
    public bool IsLive { get; private set; }

    /// <summary>How often it came back and was given what it had missed.</summary>
    public int Recovered { get; private set; }

    /// <summary>How often it was told that it cannot have what it had missed.</summary>
    public int Told { get; private set; }

    /// <summary>The answer to a subscription, which named <see cref="Position"/> if there is one.</summary>
    public void Subscribed(ChannelPosition top, bool? recovered, string? reason)
    {
        Note($"subscribed {Text(top)} recovered={recovered} {reason}");
        if (IsLive)
        {
            Find("subscribed, being subscribed");
        }

        IsLive = true;
        switch (Position, recovered)
        {
            case (null, null):
                Position = top;
                break;
            case ({ } position, true):
                Recovered++;
                if (position.Epoch != top.Epoch || position.Offset > top.Offset)
                {
                    Find($"recovered from {Text(position)}, which does not lead to {Text(top)}");
                    Position = top;
                }

                break;
            case ({ } position, false):
                Told++;
                if (reason == "epoch" && position.Epoch == top.Epoch && position.Offset <= top.Offset)
                {
                    Find($"told of another epoch than that of {Text(position)}, which it is");
                }

                Position = top;
                break;
            default:
                Find("recovered where nothing was asked for, or not told whether");
                Position = top;
                break;
        }
    }

    /// <summary>A message.</summary>
    public void Event(long offset)
    {
        if (!IsLive || Position is not { } position)
        {
            Find($"message {offset} without a subscription");
            return;
        }

        if (offset > position.Offset + 1)
        {
            Find($"lost: {position.Offset + 1} to {offset - 1} of {position.Epoch}");
        }
        else if (offset <= position.Offset)
        {
            Find($"repeated or out of order: {offset} after {position.Offset} of {position.Epoch}");
        }

        Position = position with { Offset = offset };
    }

    /// <summary>The subscription has ended, or the connection.</summary>
    public void Ended(string how)
    {
        Note($"ended at {Position?.Offset}: {how}");
        IsLive = false;
    }

    public override string ToString() => $"{who}: {(IsLive ? "live" : "not live")} at {(Position is { } position ? Text(position) : "none")}; {string.Join(" | ", _trail)}";

    private static string Text(ChannelPosition position) => string.Create(CultureInfo.InvariantCulture, $"{position.Epoch}/{position.Offset}");

    private void Find(string what) => findings.Add($"{DateTime.UtcNow:HH:mm:ss.fff} {what}; {this}");

    private void Note(string what)
    {
        _trail.Enqueue($"{DateTime.UtcNow:HH:mm:ss.fff} {what}");
        if (_trail.Count > TrailLength)
        {
            _trail.Dequeue();
        }
    }
}
