using System.Buffers;
using System.IO.Pipelines;
using System.Text.Unicode;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Reads what a client sends on an upgraded connection (RFC 6455): frames, masks, fragments, text that must be UTF-8, control
/// frames in between, and its close. A connection that is silent holds no buffer. Not thread-safe.
/// </summary>
/// <remarks>
/// The first fault closes the connection with its code and nothing after it counts. What still comes is read and thrown away,
/// because a connection that ends with bytes unread ends with a reset, and the client might never see our close (section 7.1.1).
/// </remarks>
/// <param name="input">What the client sends; not completed here.</param>
/// <param name="connection">Whose it is.</param>
/// <param name="maxMessageBytes">A larger message closes with 1009, before its payload is read.</param>
/// <param name="inflates">Whether compression was negotiated.</param>
internal sealed class ClientFrameReader(PipeReader input, WebSocketConnection connection, int maxMessageBytes, bool inflates) : IClientReader
{
    private const string BrokenFrame = "the frame was broken";
    private const string NotText = "the text was not UTF-8";
    private const string TooLarge = "the message is too large";

    private FrameHeader _frame; // whose payload is being read
    private long _left; // of that payload
    private byte _message; // the opcode of the message that has begun, or 0
    private bool _isCompressed;
    private bool _hasFailed;
    private bool _hasClosed; // the client has said goodbye
    private MessageBuffer _buffer;
    private TextCheck _text;

    /// <inheritdoc/>
    public async Task<bool> RunAsync(IMessageHandler handler)
    {
        try
        {
            while (true)
            {
                // The pump of the input keeps its own buffers, and none while nothing comes.
                var result = await input.ReadAsync(CancellationToken.None).ConfigureAwait(false);
                if (!result.Buffer.IsEmpty)
                {
                    connection.Heard();
                    await TakeAsync(result.Buffer, handler).ConfigureAwait(false);
                }

                if (_hasClosed || result.IsCompleted || result.IsCanceled)
                {
                    return _hasClosed || connection.CloseCodeSent != 0;
                }
            }
        }
        finally
        {
            _buffer.Free();
        }
    }

    private async ValueTask TakeAsync(ReadOnlySequence<byte> received, IMessageHandler handler)
    {
        var rest = received;
        try
        {
            while (!_hasClosed && TryTake(ref rest, handler.TakesBinary, out var isWhole))
            {
                if (isWhole)
                {
                    await HandOverAsync(handler).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            input.AdvanceTo(rest.Start, received.End);
        }
    }

    /// <summary>Takes a frame, or what is there of a payload; false when more must come first.</summary>
    private bool TryTake(ref ReadOnlySequence<byte> rest, bool takesBinary, out bool isWhole)
    {
        isWhole = false;
        if (_left == 0 && !TryEnter(ref rest, takesBinary))
        {
            return false;
        }

        var there = (int)Math.Min(Math.Min(_left, rest.Length), int.MaxValue);
        if (!_frame.IsControl)
        {
            Keep(rest.Slice(0, there));
            rest = rest.Slice(there);
            _left -= there;
            isWhole = _left == 0 && _frame.IsFinal && !_hasFailed;
            return _left == 0;
        }

        if (_hasFailed)
        {
            rest = rest.Slice(there); // whatever length it claims
            _left -= there;
            _hasClosed = _frame.Opcode == WebSocketFrame.Close;
            return _left == 0;
        }

        if (there < _left)
        {
            return false;
        }

        Span<byte> payload = stackalloc byte[there]; // at most 125, as was checked
        rest.Slice(0, there).CopyTo(payload);
        rest = rest.Slice(there);
        _left = 0;
        FrameMask.Apply(payload, _frame.Mask.GetValueOrDefault(), position: 0);
        Control(payload);
        return true;
    }

    /// <summary>Takes a header off, once it is all there, and checks it.</summary>
    private bool TryEnter(ref ReadOnlySequence<byte> rest, bool takesBinary)
    {
        if (!FrameHeader.TryRead(rest, out _frame))
        {
            return false;
        }

        rest = rest.Slice(_frame.Size);
        _left = _frame.Length & long.MaxValue;
        if (!_hasFailed && FindFault(takesBinary) is (int Code, string Reason) fault)
        {
            Fail(fault.Code, fault.Reason);
        }

        if (!_frame.IsControl && _frame.Opcode != WebSocketFrame.Continuation)
        {
            (_message, _isCompressed) = (_frame.Opcode, _frame.IsCompressed);
        }

        return true;
    }

    private (int Code, string Reason)? FindFault(bool takesBinary)
    {
        if (_frame.Mask is null || _frame.Length < 0 || _frame.HasUnknownBits || (_frame.IsCompressed && !MayBeCompressed()))
        {
            return (CloseCode.ProtocolError, BrokenFrame);
        }

        if (_frame.IsControl)
        {
            var isKnown = _frame.Opcode is WebSocketFrame.Close or WebSocketFrame.Ping or WebSocketFrame.Pong;
            return isKnown && _frame.IsFinal && _frame.Length <= WebSocketFrame.MaxControlPayload ? null : (CloseCode.ProtocolError, BrokenFrame);
        }

        // A message goes on with continuations and starts with anything else (section 5.4).
        if (_frame.Opcode > WebSocketFrame.Binary || (_frame.Opcode == WebSocketFrame.Continuation) != (_message != 0))
        {
            return (CloseCode.ProtocolError, BrokenFrame);
        }

        if (_frame.Opcode == WebSocketFrame.Binary && !takesBinary)
        {
            return (CloseCode.Misuse, "binary frames are not part of the protocol");
        }

        // What does not shrink grows a little when it is deflated; what it inflates to is counted later.
        var isCompressed = _message == 0 ? _frame.IsCompressed : _isCompressed;
        var most = isCompressed ? maxMessageBytes + (maxMessageBytes / 1024) + 128L : maxMessageBytes;
        return _frame.Length > most - _buffer.Length ? (CloseCode.MessageTooBig, TooLarge) : null;
    }

    // Only the first frame of a message says so (RFC 7692, section 6.1).
    private bool MayBeCompressed() => inflates && !_frame.IsControl && _frame.Opcode != WebSocketFrame.Continuation;

    private void Keep(in ReadOnlySequence<byte> part)
    {
        if (_hasFailed || connection.CloseCodeSent != 0)
        {
            return; // it does not count
        }

        var position = _frame.Length - _left;
        foreach (var piece in part)
        {
            var room = _buffer.Add(piece.Length);
            piece.Span.CopyTo(room);
            FrameMask.Apply(room, _frame.Mask.GetValueOrDefault(), position);
            position += piece.Length;
        }

        // A message may be long, and its sender be told before its end that it was in vain.
        if (_message == WebSocketFrame.Text && !_isCompressed && !_text.MayBecomeValid(_buffer.Written.Span))
        {
            Fail(CloseCode.InvalidPayload, NotText);
        }
    }

    private void Control(ReadOnlySpan<byte> payload)
    {
        switch (_frame.Opcode)
        {
            case WebSocketFrame.Ping:
                connection.SendControl(WebSocketFrame.MakePong(payload));
                break;
            case WebSocketFrame.Pong:
                connection.Ponged(payload);
                break;
            default:
                Closed(payload);
                break;
        }
    }

    /// <summary>The client says goodbye: answered with its own code (section 5.5.1), if that is one that may be sent.</summary>
    private void Closed(ReadOnlySpan<byte> payload)
    {
        _hasClosed = true;
        var code = WebSocketFrame.CodeOf(payload);
        if (payload.Length == 1 || (payload.Length > 1 && !CloseCode.MayBeSent(code)))
        {
            Fail(CloseCode.ProtocolError, BrokenFrame);
        }
        else if (payload.Length > 2 && !Utf8.IsValid(payload[2..]))
        {
            Fail(CloseCode.InvalidPayload, NotText);
        }
        else
        {
            connection.Close(code, string.Empty);
        }
    }

    private async ValueTask HandOverAsync(IMessageHandler handler)
    {
        var isText = _message == WebSocketFrame.Text;
        _message = 0;
        try
        {
            if (connection.CloseCodeSent != 0)
            {
                return; // it is closing: what comes before the client's own close no longer counts
            }

            if ((!_isCompressed || TryInflate()) && TryCheck(isText))
            {
                await handler.AcceptAsync(_buffer.Written, isText).ConfigureAwait(false);
            }
        }
        finally
        {
            _buffer.Free();
        }
    }

    private bool TryInflate()
    {
        var inflated = default(MessageBuffer);
        try
        {
            MessageInflater.Inflate(_buffer.Written, maxMessageBytes, ref inflated);
        }
        catch (InvalidDataException)
        {
            inflated.Free();
            Fail(CloseCode.InvalidPayload, "the message could not be decompressed");
            return false;
        }

        _buffer.Free();
        _buffer = inflated;
        if (_buffer.Length <= maxMessageBytes)
        {
            return true;
        }

        Fail(CloseCode.MessageTooBig, TooLarge);
        return false;
    }

    private bool TryCheck(bool isText)
    {
        if (!isText || _text.IsValid(_buffer.Written.Span))
        {
            return true;
        }

        Fail(CloseCode.InvalidPayload, NotText);
        return false;
    }

    private void Fail(int code, string reason)
    {
        _hasFailed = true;
        connection.Close(code, reason);
    }
}
