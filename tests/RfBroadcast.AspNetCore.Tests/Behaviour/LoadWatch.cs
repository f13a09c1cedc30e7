using System.Text.Json;

namespace RfBroadcast.AspNetCore.Tests.Behaviour;

/// <summary>
/// Checks what one client of the load test is sent: on each channel each publisher's numbers, one after the other, and nothing
/// outside a subscription.
/// </summary>
internal sealed class LoadWatch(int publishers) : IDisposable
{
    public const int PerPublisher = 100_000; // a number is this times its publisher, and the place in the publisher's own order

    private readonly Dictionary<string, int[]> _next = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _answers = new(0);
    private int _events;

    public int Events => Volatile.Read(ref _events);

    public string? Fault { get; private set; }

    /// <summary>By channel: what tells one order of messages from another.</summary>
    public Dictionary<string, long> Orders { get; } = new(StringComparer.Ordinal);

    /// <summary>Waits for one more answer to a subscribe or an unsubscribe.</summary>
    public async Task AnswerAsync() => (await _answers.WaitAsync(Wait.Limit)).Should().BeTrue("it is answered");

    public void Take(ReadOnlyMemory<byte> text)
    {
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;
        var channel = root.TryGetProperty("channel"u8, out var name) ? name.GetString()! : ""; // a string where it is there
        switch (root.GetProperty("type"u8).GetString())
        {
            case "connected":
                break;
            case "subscribed":
                _next[channel] = new int[publishers];
                _answers.Release();
                break;
            case "unsubscribed":
                _next.Remove(channel);
                _answers.Release();
                break;
            case "event":
                TakeEvent(channel, root.GetProperty("data"u8).GetInt32());
                break;
            case "member_joined" or "member_left" when _next.ContainsKey(channel):
                break;
            default:
                Fault ??= $"was sent {root.GetRawText()}";
                break;
        }
    }

    public void Dispose() => _answers.Dispose();

    private void TakeEvent(string channel, int data)
    {
        if (!_next.TryGetValue(channel, out var next))
        {
            Fault ??= $"was sent {data} of {channel} outside a subscription";
            return;
        }

        // The first one it is sent tells where a subscription starts; whoever was there from the start counts all.
        var (publisher, number) = Math.DivRem(data, PerPublisher);
        if (next[publisher] != 0 && next[publisher] != number)
        {
            Fault ??= $"was sent {number} of {channel} by {publisher} where {next[publisher]} was next";
        }

        next[publisher] = number + 1;
        Orders[channel] = unchecked((Orders.GetValueOrDefault(channel) * 31) + data + 1);
        Interlocked.Increment(ref _events);
    }
}
