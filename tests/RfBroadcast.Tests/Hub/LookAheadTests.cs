using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using RfBroadcast.Tests.Support;

namespace RfBroadcast.Tests;

/// <summary>The hub has what a connection's Send touches fetched before it is that connection's turn.</summary>
public sealed class LookAheadTests
{
    private static readonly Channel News = Channel.Public("news");

    private readonly LocalHub _hub = new(Options.Create(new BroadcastOptions()));

    [Fact]
    public async Task FanOut_ToMany_AsksEachForWhatItTouchesStepByStepBeforeItSends()
    {
        var connections = await SubscribeAsync(20, asked => asked);
        _hub.Publish(News.Message("1"));
        await _hub.DrainAsync(News);

        var all = connections.ConvertAll(connection => connection.Calls.ToArray());
        all.Should().AllSatisfy(calls => calls.Should().EndWith("send"));
        if (Prefetch.IsSupported)
        {
            all.Should().Contain(calls => calls.SequenceEqual(new[] { "0", "1", "2", "send" }));
        }

        // The last ones are not many enough to look ahead for, and nobody is asked twice or out of order.
        all.Should().AllSatisfy(calls => calls.SkipLast(1).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems());
    }

    [Fact]
    public async Task FanOut_OneThatThrowsWhenAsked_IsClosedAndAllOthersReceive()
    {
        var connections = await SubscribeAsync(20, asked => asked == 1 ? throw new InvalidOperationException("broken") : null);
        _hub.Publish(News.Message("1"));
        await _hub.DrainAsync(News);

        foreach (var connection in connections)
        {
            (connection.CloseCode is null).Should().Be(connection.Calls.Contains("send"), "it is either closed or sent to");
        }

        connections.Should().Contain(connection => connection.Calls.Contains("send"));
    }

    private async Task<List<AskedConnection>> SubscribeAsync(int count, Func<int, object?> touches)
    {
        var connections = new List<AskedConnection>();
        for (var i = 0; i < count; i++)
        {
            var connection = new AskedConnection($"c{i}", touches);
            _hub.TryAdd(connection).Should().BeTrue();
            await _hub.SubscribeAsync(new SubscribeRequest { ConnectionId = connection.Id, HasSocket = true, Channel = News });
            connections.Add(connection);
        }

        return connections;
    }

    private sealed class AskedConnection(string id, Func<int, object?> touches) : IConnection
    {
        public string Id => id;

        public string? UserId => null;

        public IWireProtocol Protocol => LineProtocol.Shared;

        public ConcurrentQueue<string> Calls { get; } = new();

        public int? CloseCode { get; private set; }

        public object? Touches(int step)
        {
            Calls.Enqueue($"{step}");
            return touches(step);
        }

        public void Send(in BatchSlice frames) => Calls.Enqueue("send");

        public void SendControl(ReadOnlyMemory<byte> frame)
        {
        }

        public void Close(int code, string reason) => CloseCode = code;
    }
}
