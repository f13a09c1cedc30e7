using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Where a client of an event stream will be when it has got what was written so far, and the <c>id</c> that says so
/// (<see cref="LastEventId"/>). It follows the queue on its way out, so that an id never runs ahead of what was sent, whatever
/// was dropped, and one id does for all that is written at once.
/// </summary>
/// <remarks>Touched only by whoever writes the stream's queue, one at a time.</remarks>
internal sealed class StreamPosition
{
    // The longest number, a block's start and its end.
    private const int Spare = 32;

    private readonly byte[] _connectionId;
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);
    private bool _isNews;

    /// <summary>Starts where the client was.</summary>
    /// <param name="connectionId">The stream's own connection.</param>
    /// <param name="prior">Where the client was, by wire name.</param>
    public StreamPosition(string connectionId, IReadOnlyDictionary<string, PriorPosition> prior)
    {
        _connectionId = Encoding.UTF8.GetBytes(connectionId);
        foreach (var (channel, was) in prior)
        {
            _places[channel] = new Place(channel, was.Position, was.ConnectionId);
        }
    }

    /// <summary>Notes what is taken to be written.</summary>
    public void Pass(in QueuedItem item)
    {
        if (item.IsSlice)
        {
            Pass(item.Slice);
        }
        else if (item.Started is { } started)
        {
            Pass(started);
        }
    }

    /// <summary>Notes the same of frames alone.</summary>
    public void Pass(in BatchSlice slice)
    {
        var frames = slice.Frames;
        for (var i = frames.Length - 1; i >= 0; i--)
        {
            if (frames[i].IsEdge || frames[i].Order == 0)
            {
                continue;
            }

            if (_places.TryGetValue(slice.Batch.Channel.WireName, out var place) && frames[i].Order > place.Offset)
            {
                place.Offset = frames[i].Order;
                _isNews = true;
            }

            return;
        }
    }

    /// <summary>Writes a block that is only an id, when there is a new one: it moves the client's last id and shows it no event.</summary>
    public void WriteNews(IBufferWriter<byte> output)
    {
        if (!_isNews)
        {
            return;
        }

        _isNews = false;
        output.Write("id: "u8);
        output.Write(_connectionId);
        var length = _connectionId.Length;
        foreach (var place in _places.Values)
        {
            length += place.Before.Length + place.After.Length + Spare;
            if (length > LastEventId.MaxLength)
            {
                break;
            }

            output.Write(place.Before);
            Utf8Formatter.TryFormat(place.Offset, output.GetSpan(Spare), out var digits);
            output.Advance(digits);
            output.Write(place.After);
        }

        output.Write("\n\n"u8);
    }

    private void Pass(SubscribedFrame started)
    {
        var channel = started.Channel.WireName;
        if (started.Position is { } position)
        {
            _places[channel] = new Place(channel, position, connectionId: null);
            _isNews = true;
        }
        else
        {
            _isNews |= _places.Remove(channel);
        }
    }

    /// <summary>A channel's part of the id; but for the number it stays what it is.</summary>
    private sealed class Place(string channel, ChannelPosition position, string? connectionId)
    {
        public byte[] Before { get; } = Encoding.UTF8.GetBytes($"&{Uri.EscapeDataString(channel)}={Uri.EscapeDataString(position.Epoch)}:");

        public byte[] After { get; } = connectionId is null ? [] : Encoding.UTF8.GetBytes(":" + Uri.EscapeDataString(connectionId));

        public long Offset { get; set; } = position.Offset;
    }
}
