using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.Redis.Tests.Failures;

/// <summary>
/// A client that does what the protocol says: follows close codes, goes to another node, and comes back with its position. It keeps the
/// numbers it was sent.
/// </summary>
internal sealed class FollowingClient : IAsyncDisposable
{
    private const int FirstCodeToRetry = 4100;

    private readonly NodeProcess[] _nodes;
    private readonly string _channel;
    private readonly string _user;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly List<int> _numbers = [];
    private readonly List<string> _notes = [];
    private readonly Task _running;
    private int _next;
    private string? _epoch;
    private long _offset;
    private string? _connectionId;

    public FollowingClient(NodeProcess[] nodes, int first, string channel, string user)
    {
        _nodes = nodes;
        _next = first;
        _channel = channel;
        _user = user;
        _running = Task.Run(RunAsync);
    }

    /// <summary>Completes when it is subscribed for the first time.</summary>
    public Task Subscribed => _subscribed.Task;

    /// <summary>What it was sent, in order.</summary>
    public IReadOnlyList<int> Numbers
    {
        get
        {
            lock (_gate)
            {
                return [.. _numbers];
            }
        }
    }

    /// <summary>How its connections ended, and what it was told besides events.</summary>
    public IReadOnlyList<string> Notes
    {
        get
        {
            lock (_gate)
            {
                return [.. _notes];
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var node = _nodes[_next++ % _nodes.Length];
            try
            {
                using var client = await WireClient.ConnectAsync(node.Address, "/ws", _user);
                var id = (await client.GreetingAsync()).String("connection_id");
                await SubscribeAsync(client);
                _connectionId = id;
                if (!await ReadAsync(client))
                {
                    return;
                }
            }
            catch (Exception fault) when (fault is WebSocketException or TimeoutException or InvalidOperationException or ObjectDisposedException)
            {
                // That node is not there, or went in this moment.
            }

            await Task.Delay(Random.Shared.Next(20, 100), CancellationToken.None);
        }
    }

    private Task SubscribeAsync(WireClient client) => client.SendAsync(_epoch is null
        ? JsonSerializer.Serialize(new { type = "subscribe", channel = _channel })
        : JsonSerializer.Serialize(new { type = "subscribe", channel = _channel, since = new { epoch = _epoch, offset = _offset, connection_id = _connectionId } }));

    /// <summary>Reads until the connection ends; false when it is not to come back.</summary>
    private async Task<bool> ReadAsync(WireClient client)
    {
        while (!_stopping.IsCancellationRequested)
        {
            WireFrame frame;
            try
            {
                frame = await client.NextAsync().WaitAsync(_stopping.Token);
            }
            catch (TimeoutException) when (client.IsOpen)
            {
                continue; // quiet
            }
            catch (TimeoutException)
            {
                var code = (await client.ClosedAsync()).Code;
                Note("closed " + code.ToString(CultureInfo.InvariantCulture));
                return code is >= FirstCodeToRetry or 1001 or 1006 or 1011;
            }
            catch (OperationCanceledException)
            {
                return false;
            }

            await TakeAsync(client, frame);
        }

        return false;
    }

    private async Task TakeAsync(WireClient client, WireFrame frame)
    {
        switch (frame.Type)
        {
            case "subscribed":
                if (_epoch is null || frame["recovered"].ValueKind == JsonValueKind.False)
                {
                    (_epoch, _offset) = (frame.String("epoch"), frame["offset"].GetInt64());
                }

                if (frame["recovered"].ValueKind == JsonValueKind.False)
                {
                    Note("not recovered: " + frame.String("reason"));
                }

                _subscribed.TrySetResult();
                break;
            case "event":
                _offset = frame["offset"].GetInt64();
                lock (_gate)
                {
                    _numbers.Add(frame["data"].GetInt32());
                }

                break;
            case "unsubscribed" or "error":
                Note(frame.Text);
                await Task.Delay(50, CancellationToken.None);
                await SubscribeAsync(client);
                break;
        }
    }

    private void Note(string note)
    {
        lock (_gate)
        {
            _notes.Add(note);
        }
    }
}
