using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace RfBroadcast.AspNetCore;

/// <summary>Writes blocks to a response, each time with the id of where they bring the client, and flushes.</summary>
/// <remarks>
/// The server uses a request's memory again once its handler has returned. So the outlet ends first: a write that is under
/// way is waited for, a later one fails.
/// </remarks>
internal sealed class EventStreamOutlet(HttpContext context, StreamPosition position, TimeProvider time) : IFrameOutlet
{
    private readonly Lock _gate = new();
    private readonly PipeWriter _body = context.Response.BodyWriter;
    private Task _writing = Task.CompletedTask;
    private long _lastWrite = time.GetTimestamp();
    private bool _hasEnded;

    public bool SendsPings => false;

    /// <summary>How long ago the last write ended.</summary>
    public TimeSpan Silence => time.GetElapsedTime(Volatile.Read(ref _lastWrite));

    /// <summary>Whether a write waits for the client.</summary>
    public bool IsWriting => !Volatile.Read(ref _writing).IsCompleted;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> frames)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_hasEnded, this);
            _body.Write(frames.Span);
            position.WriteNews(_body);
            var flush = _body.FlushAsync(CancellationToken.None);
            if (flush.IsCompletedSuccessfully)
            {
                flush.GetAwaiter().GetResult(); // gives a pooled source back
                Volatile.Write(ref _lastWrite, time.GetTimestamp());
                return default;
            }

            _writing = FinishAsync(flush);
            return new ValueTask(_writing);
        }
    }

    public void Abort()
    {
        lock (_gate)
        {
            if (!_hasEnded)
            {
                context.Abort();
            }
        }
    }

    /// <summary>Lets the request end.</summary>
    public async Task EndAsync()
    {
        Task writing;
        lock (_gate)
        {
            _hasEnded = true;
            writing = _writing;
        }

        // Its fault is the queue's affair.
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task FinishAsync(ValueTask<FlushResult> flush)
    {
        await flush.ConfigureAwait(false);
        Volatile.Write(ref _lastWrite, time.GetTimestamp());
    }
}
