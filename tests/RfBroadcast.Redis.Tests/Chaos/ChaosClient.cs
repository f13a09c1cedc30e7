using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace RfBroadcast.Redis.Tests.Chaos;

/// <summary>
/// A client of the native protocol that comes and goes, to any node, and comes back with its positions, unless it is to be calm: then it stays
/// where it is. What it sees goes to its models and to the ledger.
/// </summary>
internal sealed class ChaosClient(int number, string user, IReadOnlyList<string> channels, Random random, ChaosWorld world, PublishLedger ledger, Findings findings)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Backoff = TimeSpan.FromMilliseconds(300);

    private readonly Lock _gate = new();
    private readonly ChaosSubscription[] _subscriptions = [.. channels.Select(channel => new ChaosSubscription($"client {number} ({user})", channel, findings))];
    private string? _connectionId;

    /// <summary>Whether it is to stay.</summary>
    public static bool IsCalm { get; set; }

    public string User => user;

    public int Sessions { get; private set; }

    public int Recovered => _subscriptions.Sum(one => one.Messages.Recovered);

    public int Told => _subscriptions.Sum(one => one.Messages.Told);

    /// <summary>What it sees now, of every channel.</summary>
    public IReadOnlyList<(string Channel, bool IsLive, string? ConnectionId, ChannelPosition? Position, string[]? Members, string Trail)> Views()
    {
        lock (_gate)
        {
            return
            [
                .. _subscriptions.Select(one => (
                    one.Channel,
                    one.Messages.IsLive,
                    _connectionId,
                    one.Messages.Position,
                    one.Members?.Members.ToArray(),
                    one.Members is null ? one.Messages.ToString() : $"{one.Messages}\n   {one.Members}")),
            ];
        }
    }

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await ServeAsync(stop);
                await Task.Delay(IsCalm ? 100 : random.Next(0, 2000), stop);
            }
            catch (Exception fault) when (fault is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
            {
                await Task.Delay(100, CancellationToken.None); // the node is not there; the next one may be
            }
        }
    }

    private async Task ServeAsync(CancellationToken stop)
    {
        using var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        socket.Options.SetRequestHeader("Authorization", "Bearer " + user);
        using (var limit = CancellationTokenSource.CreateLinkedTokenSource(stop))
        {
            limit.CancelAfter(Patience);
            var node = world.Nodes[random.Next(ChaosWorld.NodeCount)];
            await socket.ConnectAsync(new Uri($"ws://{node.Address.Authority}/ws"), limit.Token);
        }

        Sessions++;
        var reading = ReadAsync(socket);
        try
        {
            await StayAsync(socket, reading, stop);
            if (random.Next(2) == 0 && !reading.IsCompleted)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, stop);
                await Task.WhenAny(reading, Task.Delay(Patience, stop));
            }
        }
        finally
        {
            socket.Abort();
            await reading;
        }
    }

    /// <summary>Asks for what is not subscribed, and sometimes leaves something, until it has had enough or the connection has ended.</summary>
    private async Task StayAsync(ClientWebSocket socket, Task reading, CancellationToken stop)
    {
        var until = DateTime.UtcNow + TimeSpan.FromMilliseconds(random.Next(500, 8000));
        while (!reading.IsCompleted && (IsCalm || DateTime.UtcNow < until))
        {
            foreach (var text in Requests())
            {
                await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, stop);
            }

            await Task.WhenAny(reading, Task.Delay(50, stop));
            stop.ThrowIfCancellationRequested();
        }
    }

    private List<string> Requests()
    {
        var requests = new List<string>();
        lock (_gate)
        {
            if (_connectionId is null)
            {
                return requests;
            }

            foreach (var one in _subscriptions)
            {
                if (one.Messages.IsLive && !IsCalm && random.Next(400) == 0)
                {
                    one.NotBefore = DateTime.UtcNow + TimeSpan.FromMilliseconds(random.Next(0, 3000));
                    requests.Add(JsonSerializer.Serialize(new { type = "unsubscribe", channel = one.Channel }));
                }
                else if (!one.Messages.IsLive && !one.IsAsked && DateTime.UtcNow >= one.NotBefore)
                {
                    one.IsAsked = true;
                    requests.Add(one.Messages.Position is { } since
                        ? JsonSerializer.Serialize(new { type = "subscribe", channel = one.Channel, since = new { epoch = since.Epoch, offset = since.Offset } })
                        : JsonSerializer.Serialize(new { type = "subscribe", channel = one.Channel }));
                }
            }
        }

        return requests;
    }

    private async Task ReadAsync(ClientWebSocket socket)
    {
        var how = "no close";
        try
        {
            var buffer = new byte[64 * 1024];
            while (true)
            {
                var length = 0;
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                    length += part.Count;
                }
                while (!part.EndOfMessage);

                if (part.MessageType == WebSocketMessageType.Close)
                {
                    how = $"close {(int?)socket.CloseStatus}";
                    return;
                }

                Take(JsonElement.Parse(buffer.AsSpan(0, length)));
            }
        }
        catch (Exception fault) when (fault is WebSocketException or ObjectDisposedException or OperationCanceledException or IOException)
        {
            // An end without a close.
        }
        finally
        {
            lock (_gate)
            {
                _connectionId = null;
                Array.ForEach(_subscriptions, one => one.Ended(how));
            }
        }
    }

    private void Take(JsonElement frame)
    {
        lock (_gate)
        {
            var type = frame.GetProperty("type").GetString();
            if (type == "connected")
            {
                _connectionId = frame.GetProperty("connection_id").GetString();
            }
            else if (frame.TryGetProperty("channel", out var channel) && _subscriptions.FirstOrDefault(one => channel.ValueEquals(one.Channel)) is { } subscription)
            {
                Take(subscription, type, frame);
            }
            else
            {
                findings.Add($"client {number} got {frame}");
            }
        }
    }

    private void Take(ChaosSubscription one, string? type, JsonElement frame)
    {
        switch (type)
        {
            case "subscribed":
                one.IsAsked = false;
                one.Messages.Subscribed(
                    new ChannelPosition(frame.GetProperty("epoch").GetString()!, frame.GetProperty("offset").GetInt64()), // there with history
                    frame.TryGetProperty("recovered", out var recovered) ? recovered.GetBoolean() : null,
                    frame.TryGetProperty("reason", out var reason) ? reason.GetString() : null);
                one.Members?.Snapshot(user, frame.GetProperty("members").EnumerateArray().Select(UserOf));
                break;
            case "event":
                one.Messages.Event(frame.GetProperty("offset").GetInt64());
                if (one.Messages.Position is { } position)
                {
                    ledger.SeenAt(one.Channel, position, frame.GetProperty("data").GetString()!, $"client {number}"); // published here
                }

                break;
            case "member_joined":
                one.Members!.Joined(UserOf(frame.GetProperty("member"))); // of presence channels only
                break;
            case "member_left":
                one.Members!.Left(UserOf(frame.GetProperty("member")));
                break;
            case "unsubscribed":
                one.Ended(frame.TryGetProperty("code", out var code) ? $"unsubscribed {code}" : "unsubscribed");
                break;
            case "error" when frame.GetProperty("code").GetString() is "unavailable" or "not_subscribed" or "internal":
                TakeError(one, frame);
                break;
            default:
                findings.Add($"client {number} got {frame}");
                break;
        }

        static string UserOf(JsonElement member) => member.GetProperty("user_id").GetString()!; // always there
    }

    private void TakeError(ChaosSubscription one, JsonElement frame)
    {
        var code = frame.GetProperty("code").GetString();
        if (code == "internal")
        {
            findings.Add($"client {number} got {frame}");
        }

        if (code != "not_subscribed")
        {
            one.IsAsked = false;
            one.NotBefore = DateTime.UtcNow + Backoff;
        }
    }
}
