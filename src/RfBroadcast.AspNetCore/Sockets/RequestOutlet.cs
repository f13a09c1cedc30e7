using Microsoft.AspNetCore.Http;

namespace RfBroadcast.AspNetCore;

/// <summary>A way out through a request, until the request ends.</summary>
/// <remarks>
/// The server uses a request's memory and its context again once its handler has returned. So the outlet ends first: a write
/// that is under way is waited for, a later one fails, and nothing aborts the context any more.
/// </remarks>
internal abstract class RequestOutlet(HttpContext context) : IFrameOutlet
{
    // What is below is guarded by the object itself: with very many of them, a lock object each is memory and a cache miss each.
    private Task _writing = Task.CompletedTask;
    private bool _hasEnded;

    public abstract bool SendsPings { get; }

    public virtual object? Target => null;

    /// <summary>Whether a write waits for the client.</summary>
    public bool IsWriting => !Volatile.Read(ref _writing).IsCompleted;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> frames)
    {
        lock (this)
        {
            ObjectDisposedException.ThrowIf(_hasEnded, this);
            var write = StartAsync(frames);
            if (write.IsCompletedSuccessfully)
            {
                write.GetAwaiter().GetResult(); // gives a pooled source back
                return default;
            }

            _writing = write.AsTask();
            return new ValueTask(_writing);
        }
    }

    public virtual void Abort()
    {
        lock (this)
        {
            if (!_hasEnded)
            {
                context.Abort();
            }
        }
    }

    /// <summary>Lets the request end. A write is under way only when the connection has failed or was aborted.</summary>
    public async Task EndAsync()
    {
        Task writing;
        lock (this)
        {
            _hasEnded = true;
            writing = _writing;
        }

        // Its fault is the queue's affair.
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Starts a write; no other one is under way.</summary>
    protected abstract ValueTask StartAsync(ReadOnlyMemory<byte> frames);
}
