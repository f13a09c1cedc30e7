namespace RfBroadcast;

/// <summary>
/// What a subscriber missed, on its way to one connection. It is encoded only as it is sent, piece by piece, so that what
/// waits for a slow client is the messages themselves, which the history holds anyway. Not thread-safe.
/// </summary>
public sealed class Replay
{
    private readonly HubChannel _channel;
    private readonly IWireProtocol _protocol;
    private readonly List<BroadcastMessage> _messages;
    private int _next;

    internal Replay(HubChannel channel, IWireProtocol protocol, List<BroadcastMessage> messages)
    {
        _channel = channel;
        _protocol = protocol;
        _messages = messages;
    }

    /// <summary>How many messages are left.</summary>
    public int Count => _messages.Count - _next;

    /// <summary>Encodes the next piece: at most <see cref="Batch.MaxBytes"/>, or one message.</summary>
    /// <returns>False when nothing is left.</returns>
    public bool TryNext(out BatchSlice piece)
    {
        var builder = BatchBuilder.OfThread;
        builder.Clear();
        while (_next < _messages.Count && builder.Length < Batch.MaxBytes)
        {
            if (_channel.TryAdd(builder, _protocol, _messages[_next]) && builder.Count > 1 && builder.Length > Batch.MaxBytes)
            {
                break; // the piece is full without this one, which Build leaves out
            }

            _next++;
        }

        if (builder.Count == 0)
        {
            piece = default;
            return false;
        }

        var batch = builder.Build(_channel.Channel, _channel.Settings.Overflow);
        builder.Clear();
        piece = new BatchSlice(batch, 0, batch.Frames.Length);
        return true;
    }
}
