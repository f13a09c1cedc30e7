using System.Globalization;

namespace RfBroadcast.Redis.Tests.Chaos;

/// <summary>
/// What was published, what its publishers were told, and at which position clients saw it. A position holds one message, for all clients and its publisher; a
/// message has one position; what was refused is nowhere. What may have been sent may be somewhere, once. Thread-safe.
/// </summary>
internal sealed class PublishLedger(Findings findings)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Channel, ChannelPosition Position), string> _messages = [];
    private readonly Dictionary<string, (string Channel, ChannelPosition Position)> _positions = new(StringComparer.Ordinal);
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);

    public int Accepted { get; private set; }

    public int Refused => _refused.Count;

    public int Unknown { get; private set; }

    public int Seen { get; private set; }

    /// <summary>It was accepted there.</summary>
    public void AcceptedAt(string channel, ChannelPosition position, string message)
    {
        lock (_gate)
        {
            Accepted++;
            Place(channel, position, message, "its publisher");
        }
    }

    /// <summary>It was refused, and cannot have been sent.</summary>
    public void RefusedForSure(string message)
    {
        lock (_gate)
        {
            _refused.Add(message);
            if (_positions.TryGetValue(message, out var there))
            {
                findings.Add($"{message} was refused, and is at {Text(there)}");
            }
        }
    }

    /// <summary>It may have been sent.</summary>
    public void MayHaveBeenSent()
    {
        lock (_gate)
        {
            Unknown++;
        }
    }

    /// <summary>A client saw it there.</summary>
    public void SeenAt(string channel, ChannelPosition position, string message, string client)
    {
        lock (_gate)
        {
            Seen++;
            Place(channel, position, message, client);
        }
    }

    private void Place(string channel, ChannelPosition position, string message, string who)
    {
        var there = (channel, position);
        if (_messages.TryAdd(there, message))
        {
            if (!_positions.TryAdd(message, there))
            {
                findings.Add($"{message} is at {Text(_positions[message])}, and for {who} at {Text(there)}, too");
            }

            if (_refused.Contains(message))
            {
                findings.Add($"{message} was refused, and is for {who} at {Text(there)}");
            }
        }
        else if (_messages[there] != message)
        {
            findings.Add($"at {Text(there)} is {_messages[there]}, and for {who} {message}");
        }
    }

    private static string Text((string Channel, ChannelPosition Position) there) =>
        string.Create(CultureInfo.InvariantCulture, $"{there.Channel} {there.Position.Epoch}/{there.Position.Offset}");
}
