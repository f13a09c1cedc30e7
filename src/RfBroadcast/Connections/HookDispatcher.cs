using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace RfBroadcast;

/// <summary>
/// Calls the app's hooks (<see cref="IBroadcastHooks"/>), in order for each connection; the hub and the pipeline tell it what
/// happens. Thread-safe. Without hooks every call returns at once.
/// </summary>
public sealed class HookDispatcher : IAsyncDisposable, IDisposable
{
    private const int MaxWaiting = 1000;

    private readonly IBroadcastHooks[] _hooks;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<string, HookQueue> _queues = new(StringComparer.Ordinal);

    /// <summary>Makes a dispatcher.</summary>
    /// <param name="hooks">The hooks to call.</param>
    /// <param name="logger">Where a failing hook is reported.</param>
    public HookDispatcher(IEnumerable<IBroadcastHooks> hooks, ILogger<HookDispatcher>? logger = null)
    {
        _hooks = [.. hooks];
        _logger = (ILogger?)logger ?? NullLogger.Instance;
    }

    internal void Connected(IConnection connection) =>
        Post(connection, (client, hook, cancel) => hook.ConnectedAsync(client, cancel));

    internal void Disconnected(IConnection connection) =>
        Post(connection, (client, hook, cancel) => hook.DisconnectedAsync(client, cancel));

    internal void Subscribed(IConnection connection, Channel channel) =>
        Post(connection, (client, hook, cancel) => hook.SubscribedAsync(client, channel, cancel));

    internal void Unsubscribed(IConnection connection, Channel channel) =>
        Post(connection, (client, hook, cancel) => hook.UnsubscribedAsync(client, channel, cancel));

    internal void ClientEvent(IConnection connection, BroadcastMessage message) =>
        Post(connection, (client, hook, cancel) => hook.ClientEventAsync(client, message, cancel), mayBeDropped: true);

    /// <summary>Waits for the hooks that run; what has not started is left out.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        foreach (var queue in _queues.Values)
        {
            await queue.Running.ConfigureAwait(false);
        }
    }

    /// <summary>As <see cref="DisposeAsync"/>, without waiting: for a container that is disposed synchronously.</summary>
    public void Dispose() => _stopping.Cancel();

    private void Post(IConnection connection, Func<Client, IBroadcastHooks, CancellationToken, ValueTask> call, bool mayBeDropped = false)
    {
        if (_hooks.Length == 0 || _stopping.IsCancellationRequested)
        {
            return;
        }

        while (true)
        {
            var queue = _queues.GetOrAdd(connection.Id, static (_, made) => new HookQueue(made), new Client(connection.Id, connection.UserId));
            lock (queue.Gate)
            {
                if (queue.IsOver)
                {
                    continue;
                }

                if (mayBeDropped && queue.Waiting.Count >= MaxWaiting)
                {
                    return;
                }

                queue.Waiting.Enqueue(call);
                if (!queue.IsRunning)
                {
                    queue.IsRunning = true;
                    queue.Running = Task.Run(() => RunAsync(queue), CancellationToken.None);
                }

                return;
            }
        }
    }

    private async Task RunAsync(HookQueue queue)
    {
        while (true)
        {
            Func<Client, IBroadcastHooks, CancellationToken, ValueTask>? call;
            lock (queue.Gate)
            {
                if (_stopping.IsCancellationRequested || !queue.Waiting.TryDequeue(out call))
                {
                    queue.IsOver = true;
                    _queues.TryRemove(queue.Client.ConnectionId, out _);
                    return;
                }
            }

            foreach (var hook in _hooks)
            {
                try
                {
                    await call(queue.Client, hook, _stopping.Token).ConfigureAwait(false);
                }
                catch (Exception fault)
                {
                    Log.HookFailed(_logger, fault, hook.GetType().Name, queue.Client.ConnectionId);
                }
            }
        }
    }

    /// <summary>What waits for one connection; it goes when nothing waits any more. Guarded by its gate.</summary>
    private sealed class HookQueue(Client client)
    {
        public Lock Gate { get; } = new();

        public Client Client => client;

        public Queue<Func<Client, IBroadcastHooks, CancellationToken, ValueTask>> Waiting { get; } = new();

        public bool IsRunning { get; set; }

        public bool IsOver { get; set; }

        public Task Running { get; set; } = Task.CompletedTask;
    }
}
