using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;

namespace RfBroadcast.Benchmarks;

/// <summary>A channel of the limit server: its sockets, and the frames that wait for the pump.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "It lives as long as its process.")]
internal sealed class LimitChannel(string name, LimitPump pump) : IPublishedChannel
{
    // As much as RfBroadcast has in one batch, and lets wait in one channel.
    private const int MaxBatchBytes = Batch.MaxBytes;
    private static readonly int MaxPending = new BroadcastOptions().PendingMessages;

    private const int MaxKept = 100;

    private readonly Lock _lock = new();
    private readonly List<LimitConnection> _connections = [];
    private readonly byte[] _prefix = System.Text.Encoding.ASCII.GetBytes($"{{\"type\":\"event\",\"channel\":\"{name}\",\"event\":\"tick\",\"data\":");
    private readonly Queue<byte[]> _pending = [];
    private readonly Queue<(long Number, byte[] Frame)> _kept = [];
    private readonly SemaphoreSlim _room = new(MaxPending);
    private readonly bool _keeps = name.StartsWith("kept.", StringComparison.Ordinal);
    private bool _posted;

    private static ReadOnlySpan<byte> Suffix => ",\"timestamp\":\"2026-01-31T10:00:00.000Z\"}"u8;

    /// <summary>
    /// Answers a socket's handshake and adds it in one step, so that a client that has its answer misses nothing; sends it what it
    /// missed since a message, if it says so.
    /// </summary>
    public void Add(Socket socket, byte[] answer, long? since)
    {
        var connection = new LimitConnection(socket);
        lock (_lock)
        {
            byte[] first = since is { } last ? [.. answer, .. _kept.Where(kept => kept.Number > last).SelectMany(kept => kept.Frame)] : answer;
            pump.Post(() =>
            {
                pump.Send(connection, first);
                _connections.Add(connection);
            });
        }
    }

    public async ValueTask PublishAsync(long number, byte[] padding)
    {
        await _room.WaitAsync();
        var frame = Encode(new Payload(number, padding));
        lock (_lock)
        {
            if (_keeps)
            {
                _kept.Enqueue((number, frame));
                if (_kept.Count > MaxKept)
                {
                    _kept.Dequeue();
                }
            }

            _pending.Enqueue(frame);
            if (!_posted)
            {
                _posted = true;
                pump.Post(this);
            }
        }
    }

    /// <summary>On the pump's thread: sends all that waits as one batch after the other.</summary>
    public void FanOut()
    {
        while (NextBatch() is { } batch)
        {
            for (var index = _connections.Count - 1; index >= 0; index--)
            {
                if (!pump.Send(_connections[index], batch))
                {
                    _connections.RemoveAt(index);
                }
            }
        }
    }

    private byte[]? NextBatch()
    {
        lock (_lock)
        {
            if (_pending.Count == 0)
            {
                _posted = false;
                return null;
            }

            var bytes = 0;
            var frames = 0;
            foreach (var frame in _pending)
            {
                if (frames > 0 && bytes + frame.Length > MaxBatchBytes)
                {
                    break;
                }

                bytes += frame.Length;
                frames++;
            }

            var batch = new byte[bytes];
            for (var (start, index) = (0, 0); index < frames; index++)
            {
                var frame = _pending.Dequeue();
                frame.CopyTo(batch, start);
                start += frame.Length;
            }

            _room.Release(frames);
            return batch;
        }
    }

    private byte[] Encode(Payload payload)
    {
        var length = _prefix.Length + payload.Length + Suffix.Length;
        var header = length < 126 ? 2 : 4;
        var frame = new byte[header + length];
        frame[0] = 0x81;
        if (length < 126)
        {
            frame[1] = (byte)length;
        }
        else
        {
            frame[1] = 126;
            System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), checked((ushort)length));
        }

        _prefix.CopyTo(frame, header);
        var written = header + _prefix.Length;
        written += payload.Write(frame.AsSpan(written));
        Suffix.CopyTo(frame.AsSpan(written));
        return frame;
    }
}
