using System.Diagnostics;
using System.Text;

namespace RfBroadcast.Benchmarks;

/// <summary>Reads what has come for a connection, into one buffer for all, and takes it apart. Allocates nothing per frame.</summary>
internal sealed class LoadReader(IDialect dialect, LoadTally tally)
{
    private readonly byte[] _buffer = new byte[1024 * 1024];

    /// <summary>Reads once.</summary>
    public void Read(LoadConnection connection)
    {
        var rest = connection.Rest;
        rest.Bytes.CopyTo(_buffer);
        var count = TcpConnection.Receive(connection.Fd, _buffer.AsSpan(rest.Length));
        if (count < 0)
        {
            return;
        }

        if (count == 0)
        {
            connection.Stage = LoadStage.Closed;
            return;
        }

        tally.Bytes += count;
        var bytes = _buffer.AsSpan(0, rest.Length + count);
        var taken = 0;
        if (connection.Stage == LoadStage.Upgrading)
        {
            taken = TakeAnswer(connection, bytes);
        }

        if (connection.Stage != LoadStage.Upgrading)
        {
            taken += TakeFrames(connection, bytes[taken..]);
        }

        rest.Clear();
        rest.Append(bytes[taken..]);
    }

    private int TakeAnswer(LoadConnection connection, ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return 0;
        }

        if (!bytes.StartsWith("HTTP/1.1 101 "u8))
        {
            throw new InvalidDataException("Not upgraded: " + Encoding.ASCII.GetString(bytes[..end]));
        }

        if (bytes[..end].IndexOf("permessage-deflate"u8) >= 0 != dialect.Deflates)
        {
            throw new InvalidDataException("Compression: " + Encoding.ASCII.GetString(bytes[..end]));
        }

        dialect.Opened(connection);
        return end + 4;
    }

    private int TakeFrames(LoadConnection connection, ReadOnlySpan<byte> bytes)
    {
        var now = Stopwatch.GetTimestamp();
        var taken = 0;
        while (ServerFrame.TryRead(bytes[taken..], out var frame))
        {
            var payload = bytes.Slice(taken + frame.PayloadStart, frame.PayloadLength);
            taken += frame.Length;
            switch (frame.Opcode)
            {
                case ServerFrame.Text when frame is { IsFinal: true, IsDeflated: true } && dialect.Deflates:
                    TakeDeflated(connection, payload, now);
                    break;
                case ServerFrame.Text when frame is { IsFinal: true, IsDeflated: false }:
                    TakeMessage(connection, payload, now);
                    break;
                case ServerFrame.Text or ServerFrame.Continuation when !frame.IsDeflated:
                    TakeFragment(connection, payload, frame.IsFinal, now);
                    break;
                case ServerFrame.Ping:
                    TcpConnection.Send(connection.Fd, ClientFrame.Of(ClientFrame.Pong, payload));
                    break;
                default:
                    throw new InvalidDataException($"A frame with opcode {frame.Opcode}: {Encoding.UTF8.GetString(payload)}");
            }
        }

        return taken;
    }

    private void TakeDeflated(LoadConnection connection, ReadOnlySpan<byte> payload, long now)
    {
        if (connection.Inflater is null)
        {
            tally.Take(now);
        }
        else
        {
            TakeMessage(connection, connection.Inflater.Inflate(payload), now);
        }
    }

    private void TakeFragment(LoadConnection connection, ReadOnlySpan<byte> payload, bool isFinal, long now)
    {
        connection.Fragments.Append(payload);
        if (isFinal)
        {
            TakeMessage(connection, connection.Fragments.Bytes, now);
            connection.Fragments.Clear();
        }
    }

    private void TakeMessage(LoadConnection connection, ReadOnlySpan<byte> message, long now)
    {
        if (!dialect.HasRecords)
        {
            TakeRecord(connection, message, now);
            return;
        }

        for (int end; (end = message.IndexOf((byte)0x1e)) >= 0; message = message[(end + 1)..])
        {
            TakeRecord(connection, message[..end], now);
        }
    }

    private void TakeRecord(LoadConnection connection, ReadOnlySpan<byte> message, long now)
    {
        if (PayloadStamp.TryFind(message, ref connection.PayloadPlace, out var stamp))
        {
            tally.Take(connection, stamp, now);
        }
        else
        {
            dialect.Answered(connection, message);
        }
    }
}
