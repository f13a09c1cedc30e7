using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Answers 503 when finding out who connects takes too long. An app's authentication runs in a middleware before the end
/// point, so the time runs from the start of the request until the end point knows.
/// </summary>
internal sealed class HandshakeDeadline(BroadcastPaths paths) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        var services = app.ApplicationServices.GetRequiredService<EndpointServices>();
        app.Use(inner => context => paths.IsMapped(context.Request.Path) ? LimitAsync(context, inner, services) : inner(context));
        next(app);
    };

    /// <summary>The end point knows who connects: the time no longer matters.</summary>
    /// <exception cref="OperationCanceledException">It is over, and the request is being answered.</exception>
    public static void Meet(HttpContext context) => (context.Features.Get<IHttpRequestLifetimeFeature>() as Deadline)?.Meet();

    private static Task LimitAsync(HttpContext context, RequestDelegate inner, EndpointServices services)
    {
        var deadline = new Deadline(context, services);
        Task running;
        try
        {
            running = inner(context);
        }
        catch
        {
            deadline.Dispose();
            throw;
        }

        // Mostly who connects is known at once; then nothing of this is held as long as the connection lasts.
        return deadline.IsMet ? running : EnforceAsync(context, running, deadline, services);
    }

    private static async Task EnforceAsync(HttpContext context, Task running, Deadline deadline, EndpointServices services)
    {
        using var ended = deadline;
        await Task.WhenAny(running, deadline.Over).ConfigureAwait(false);

        // Another end point's path may end like one of ours; it takes the time it needs. And what has started to answer knows who
        // connects, even if a middleware put a feature of its own over the deadline's.
        if (running.IsCompleted || context.Response.HasStarted || context.GetEndpoint()?.Metadata.GetMetadata<Marker>() is null || !deadline.TrySettle())
        {
            await running.ConfigureAwait(false);
            return;
        }

        Log.HandshakeTimedOut(services.Logger, services.Options.HandshakeTimeout);
        var verdict = new HandshakeVerdict(StatusCodes.Status503ServiceUnavailable, ErrorCode.Unavailable, "The authentication took too long; try again.");
        await verdict.WriteAsync(context).ConfigureAwait(false);
        await context.Response.CompleteAsync().ConfigureAwait(false);
        try
        {
            // It still has the context, which the server will use again.
            await deadline.CancelAsync().ConfigureAwait(false);
            await running.ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            // The client has its answer, whatever becomes of the rest. Only the kind: a scheme's message may quote the token.
            Log.LateHandshakeFailed(services.Logger, fault.GetType().Name);
        }
    }

    /// <summary>Marks the end points whose requests are handshakes.</summary>
    public sealed class Marker;

    /// <summary>One handshake's time. Either it is met, or the request is answered and its token, if anybody asked for it, cancelled.</summary>
    private sealed class Deadline : IHttpRequestLifetimeFeature, IDisposable
    {
        private readonly Lock _gate = new();
        private readonly HttpContext _context;
        private readonly IHttpRequestLifetimeFeature _request;
        private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly WheelEntry _timer;
        private CancellationTokenSource? _cancel; // mostly nobody asks, and nothing is linked to the request
        private bool _isOver;
        private int _isSettled;

        public Deadline(HttpContext context, EndpointServices services)
        {
            _context = context;
            _request = context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>();
            context.Features.Set<IHttpRequestLifetimeFeature>(this); // found again there: a feature of its own would cost each connection a list
            _timer = services.Wheel.Schedule(services.Options.HandshakeTimeout, () => _over.TrySetResult());
        }

        /// <inheritdoc/>
        public CancellationToken RequestAborted
        {
            get
            {
                lock (_gate)
                {
                    return _isOver
                        ? new CancellationToken(canceled: true)
                        : (_cancel ??= CancellationTokenSource.CreateLinkedTokenSource(_request.RequestAborted)).Token;
                }
            }

            set => _request.RequestAborted = value;
        }

        /// <summary>Completes when the time is over, or no longer matters.</summary>
        public Task Over => _over.Task;

        /// <summary>Whether it no longer matters.</summary>
        public bool IsMet { get; private set; }

        public bool TrySettle() => Interlocked.Exchange(ref _isSettled, 1) == 0;

        public void Meet()
        {
            if (!TrySettle())
            {
                throw new OperationCanceledException("The handshake took too long and has been answered.");
            }

            _context.Features.Set(_request);
            Dispose();
            IsMet = true;
            _over.TrySetResult();
        }

        /// <inheritdoc/>
        public void Abort() => _request.Abort();

        /// <summary>Tells what still runs that nobody waits for it.</summary>
        public Task CancelAsync()
        {
            lock (_gate)
            {
                _isOver = true;
                return _cancel?.CancelAsync() ?? Task.CompletedTask;
            }
        }

        public void Dispose()
        {
            _timer.Cancel();
            _cancel?.Dispose();
        }
    }
}
