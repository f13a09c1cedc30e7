using System.Buffers.Binary;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Walks the frames a client sends (RFC 6455, section 5.2), in pieces cut anywhere, for what the BCL's WebSocket, which reads
/// them, shows too late or not at all: how long a message is going to be, that a frame is not masked, and what a close says. Not
/// thread-safe.
/// </summary>
/// <remarks>It walks ahead of the reader. A fault counts when the reader asks for more than the bytes up to it.</remarks>
internal sealed class ClientFrames(int maxMessageBytes)
{
    private const int MostHeader = 14;
    private const int MaskLength = 4;
    private const byte Final = 0x80;
    private const byte Masked = 0x80;
    private const byte ControlBit = 0x8;

    private readonly byte[] _header = new byte[MostHeader];
    private int _headerLength;
    private long _payloadLeft;
    private long _messageLength;
    private long _most = maxMessageBytes; // of the message that has begun
    private byte[]? _close;
    private int _closeLength;

    /// <summary>The code to close with for a frame that may not be, or 0; nothing behind it is looked at.</summary>
    public int Fault { get; private set; }

    /// <summary>Whether the client has started to say goodbye; nothing of it counts behind that.</summary>
    public bool HasClose => _close is not null;

    /// <summary>What the client's close says; null until all of it is there.</summary>
    public ReadOnlyMemory<byte>? Close => _close is not null && _closeLength == _close.Length ? _close.AsMemory() : default(ReadOnlyMemory<byte>?);

    /// <summary>Takes the next bytes.</summary>
    public void Walk(ReadOnlySpan<byte> received)
    {
        while (!received.IsEmpty && Close is null)
        {
            if (_payloadLeft > 0)
            {
                var part = received[..(int)Math.Min(_payloadLeft, received.Length)];
                _payloadLeft -= part.Length;
                received = received[part.Length..];
                Keep(part);
                continue;
            }

            _header[_headerLength++] = received[0];
            received = received[1..];
            if (_headerLength >= 2 && _headerLength == Needed())
            {
                _headerLength = 0;
                Enter();
            }
        }
    }

    private int Needed()
    {
        var mask = (_header[1] & Masked) != 0 ? MaskLength : 0;
        return mask + LengthEnd();
    }

    private int LengthEnd() => (_header[1] & ~Masked) switch { 126 => 4, 127 => 10, _ => 2 };

    /// <summary>A header is complete.</summary>
    private void Enter()
    {
        var length = (_header[1] & ~Masked) switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(_header.AsSpan(2)),
            127 => BinaryPrimitives.ReadInt64BigEndian(_header.AsSpan(2)),
            var small => small,
        };
        var opcode = _header[0] & 0x0F;
        var isControl = (opcode & ControlBit) != 0;
        if ((_header[1] & Masked) == 0 || length < 0 || (isControl && length > WebSocketFrame.MaxControlPayload))
        {
            Fail(CloseCode.ProtocolError); // sections 5.1, 5.2 and 5.5
        }

        _payloadLeft = length & long.MaxValue;
        if (opcode == WebSocketFrame.Close)
        {
            _close = new byte[Math.Min(_payloadLeft, WebSocketFrame.MaxControlPayload)];
        }
        else if (!isControl)
        {
            Add();
        }
    }

    /// <summary>Counts a frame of a message, before its payload comes.</summary>
    private void Add()
    {
        // What does not shrink grows a little when it is deflated; how much it inflates to is the reader's to count.
        var isDeflated = (_header[0] & WebSocketFrame.Deflated) != 0;
        _most += isDeflated ? (maxMessageBytes / 1024) + 128L : 0;
        _messageLength = _payloadLeft > _most ? _most + 1 : _messageLength + _payloadLeft;
        if (_messageLength > _most)
        {
            Fail(CloseCode.MessageTooBig);
        }

        if ((_header[0] & Final) != 0)
        {
            _messageLength = 0;
            _most = maxMessageBytes;
        }
    }

    private void Fail(int code)
    {
        if (Fault == 0)
        {
            Fault = code;
        }
    }

    private void Keep(ReadOnlySpan<byte> part)
    {
        if (_close is null)
        {
            return;
        }

        var mask = (_header[1] & Masked) != 0 ? _header.AsSpan(LengthEnd(), MaskLength) : default;
        foreach (var masked in part[..Math.Min(part.Length, _close.Length - _closeLength)])
        {
            _close[_closeLength] = mask.IsEmpty ? masked : (byte)(masked ^ mask[_closeLength % MaskLength]);
            _closeLength++;
        }
    }
}
