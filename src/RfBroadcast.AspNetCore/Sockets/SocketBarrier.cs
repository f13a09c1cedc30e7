using System.Buffers.Binary;
using System.Security.Cryptography;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Tells when everything written to the stream has left the server, so that a byte sent to the socket cannot overtake it: a
/// ping with a nonce is the last thing in the stream, and its pong has come back.
/// </summary>
/// <remarks>
/// <para>
/// The first write carries a ping and nobody waits for its pong, so a client that answers none is never held up; it stays on
/// the stream. When more was written before the pong came, that pong proves only that this client answers: the next
/// write carries another ping, and what comes after it waits for its pong, in bounds.
/// </para>
/// <para>Thread-safe: one write at a time asks for its way, while the reader brings the client's pongs.</para>
/// </remarks>
internal sealed class SocketBarrier(TimerWheel wheel)
{
    // A client that answered one ping and does not answer the next in this time stays on the stream.
    private static readonly TimeSpan MostHeld = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private State _state;
    private bool _hasWritten;
    private long _nonce;
    private TaskCompletionSource? _settled;
    private WheelEntry? _patience;

    private enum State
    {
        Fresh, // nothing was written yet
        Probing, // the first ping is out
        Proven, // the client answers; too much was written meanwhile
        Holding, // the second ping is out and is the last thing in the stream
        Passed,
        GivenUp,
    }

    /// <summary>How the next write goes.</summary>
    public enum Way
    {
        /// <summary>To the stream.</summary>
        Stream,

        /// <summary>To the stream, with a ping behind it.</summary>
        StreamAndPing,

        /// <summary>Not yet: after <see cref="Settled"/>, ask again.</summary>
        Wait,

        /// <summary>To the socket, as all that follow.</summary>
        Socket,
    }

    public bool IsPassed
    {
        get
        {
            lock (_gate)
            {
                return _state == State.Passed;
            }
        }
    }

    /// <summary>Completes when a held write may go on, one way or the other.</summary>
    public Task Settled => _settled?.Task ?? Task.CompletedTask;

    /// <summary>The way of the next write. It must be made before the next one asks.</summary>
    public Way Next(out ReadOnlyMemory<byte> ping)
    {
        lock (_gate)
        {
            ping = default;
            switch (_state)
            {
                case State.Passed:
                    return Way.Socket;
                case State.Holding:
                    return Way.Wait;
                case State.Probing:
                    _hasWritten = true;
                    return Way.Stream;
                case State.Fresh:
                    _state = State.Probing;
                    ping = MakePing();
                    return Way.StreamAndPing;
                case State.Proven:
                    _state = State.Holding;
                    _settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    _patience = wheel.Schedule(MostHeld, GiveUp);
                    ping = MakePing();
                    return Way.StreamAndPing;
                default:
                    return Way.Stream;
            }
        }
    }

    /// <summary>Lets a held write go to the stream, as all that follow.</summary>
    public void GiveUp() => Settle(State.GivenUp);

    /// <summary>The client has sent a pong.</summary>
    public void Ponged(ReadOnlySpan<byte> payload)
    {
        lock (_gate)
        {
            if (payload.Length != sizeof(long) || BinaryPrimitives.ReadInt64BigEndian(payload) != _nonce)
            {
                return; // a pong of its own accord, or to a ping from before
            }

            if (_state == State.Probing)
            {
                _state = _hasWritten ? State.Proven : State.Passed;
                return;
            }
        }

        Settle(State.Passed);
    }

    private void Settle(State state)
    {
        lock (_gate)
        {
            if (_state != State.Holding)
            {
                return;
            }

            _state = state;
            _patience!.Cancel(); // set together with the state
        }

        _settled!.SetResult(); // likewise
    }

    private byte[] MakePing()
    {
        var ping = new byte[2 + sizeof(long)];
        WebSocketFrame.WritePing(ping);
        RandomNumberGenerator.Fill(ping.AsSpan(2));
        _nonce = BinaryPrimitives.ReadInt64BigEndian(ping.AsSpan(2));
        return ping;
    }
}
