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
    // More than this does not wait for one hook and connection: client events, and what clients can make as many of.
    private const int MaxClientEvents = 1000;
    private const int MaxSubscriptions = 10_000;

    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(5);

    private readonly IBroadcastHooks[] _hooks;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();

    // One for each hook: where one hangs, the others are still called.
    private readonly ConcurrentDictionary<(string ConnectionId, int Hook), HookQueue> _queues = new();

    /// <summary>Makes a dispatcher.</summary>
    /// <param name="hooks">The hooks to call.</param>
    /// <param name="logger">Where a failing hook is reported.</param>
    /// <param name="time">Its clock; null means the system's.</param>
    public HookDispatcher(IEnumerable<IBroadcastHooks> hooks, ILogger<HookDispatcher>? logger = null, TimeProvider? time = null)
    {
        _hooks = [.. hooks];
        _logger = (ILogger?)logger ?? NullLogger.Instance;
        _time = time ?? TimeProvider.System;
    }

    internal void Connected(IConnection connection) =>
        Post(connection, (client, hook, cancel) => hook.ConnectedAsync(client, cancel));

    internal void Disconnected(IConnection connection) =>
        Post(connection, (client, hook, cancel) => hook.DisconnectedAsync(client, cancel));

    internal void Subscribed(IConnection connection, Channel channel) =>
        Post(connection, (client, hook, cancel) => hook.SubscribedAsync(client, channel, cancel), MaxSubscriptions);

    internal void Unsubscribed(IConnection connection, Channel channel) =>
        Post(connection, (client, hook, cancel) => hook.UnsubscribedAsync(client, channel, cancel), MaxSubscriptions);

    internal void ClientEvent(IConnection connection, BroadcastMessage message) =>
        Post(connection, (client, hook, cancel) => hook.ClientEventAsync(client, message, cancel), MaxClientEvents);

    /// <summary>Waits for the hooks that run, for at most 5 s; what has not started is left out.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        try
        {
            await Task.WhenAll(_queues.Values.Select(queue => queue.Running)).WaitAsync(LongestEnd, _time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Log.HooksAbandoned(_logger, _queues.Count, LongestEnd);
        }
    }

    /// <summary>As <see cref="DisposeAsync"/>, without waiting: for a container that is disposed synchronously.</summary>
    public void Dispose() => _stopping.Cancel();

    private void Post(IConnection connection, Func<Client, IBroadcastHooks, CancellationToken, ValueTask> call, int mostWaiting = int.MaxValue)
    {
        for (var hook = 0; hook < _hooks.Length; hook++)
        {
            Post(connection, hook, call, mostWaiting);
        }
    }

    private void Post(IConnection connection, int hook, Func<Client, IBroadcastHooks, CancellationToken, ValueTask> call, int mostWaiting)
    {
        while (!_stopping.IsCancellationRequested)
        {
            var queue = _queues.GetOrAdd((connection.Id, hook), static (_, made) => new HookQueue(made), new Client(connection.Id, connection.UserId));
            lock (queue.Gate)
            {
                if (queue.IsOver)
                {
                    continue;
                }

                if (queue.Waiting.Count >= mostWaiting)
                {
                    return;
                }

                queue.Waiting.Enqueue(call);
                if (!queue.IsRunning)
                {
                    queue.IsRunning = true;
                    queue.Running = Task.Run(() => RunAsync(queue, hook), CancellationToken.None);
                }

                return;
            }
        }
    }

    private async Task RunAsync(HookQueue queue, int hook)
    {
        while (true)
        {
            Func<Client, IBroadcastHooks, CancellationToken, ValueTask>? call;
            lock (queue.Gate)
            {
                if (_stopping.IsCancellationRequested || !queue.Waiting.TryDequeue(out call))
                {
                    queue.IsOver = true;
                    _queues.TryRemove((queue.Client.ConnectionId, hook), out _);
                    return;
                }
            }

            try
            {
                await call(queue.Client, _hooks[hook], _stopping.Token).ConfigureAwait(false);
            }
            catch (Exception fault)
            {
                Log.HookFailed(_logger, fault, _hooks[hook].GetType().Name, queue.Client.ConnectionId);
            }
        }
    }

    /// <summary>What waits of one connection for one hook; it goes when nothing waits any more. Guarded by its gate.</summary>
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
