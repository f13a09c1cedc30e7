using RfBroadcast.Tests.Support;

namespace RfBroadcast.Tests;

/// <summary>Who pumps the channels, and how many at once.</summary>
public sealed class PumpQueueTests
{
    private readonly LocalHub _hub = new(Microsoft.Extensions.Options.Options.Create(new BroadcastOptions()));

    [Fact]
    public async Task Channels_AllBusyAtOnce_ArePumpedByNoMoreWorkersThanProcessors()
    {
        const int Messages = 20;
        int at = 0, most = 0;
        var connections = new List<RecordingConnection>();
        for (var i = 0; i < Environment.ProcessorCount + 6; i++)
        {
            var connection = await ConnectAsync(i);
            connection.Sending = () =>
            {
                var now = Interlocked.Increment(ref at);
                InterlockedMax(ref most, now);
                Thread.Sleep(1); // long enough that a worker too many would be seen
                Interlocked.Decrement(ref at);
            };
            connections.Add(connection);
        }

        for (var message = 0; message < Messages; message++)
        {
            for (var i = 0; i < connections.Count; i++)
            {
                _hub.Publish(ChannelOf(i).Message($"{message}"));
            }

            await Task.Delay(1);
        }

        foreach (var connection in connections)
        {
            await connection.UntilEventsAsync(Messages);
        }

        most.Should().BeInRange(1, Environment.ProcessorCount);
    }

    [Fact]
    public async Task Channels_FallingIdleAndBusyAgainFromManyThreads_NoneIsForgotten()
    {
        // Each waits for its own message, so that workers end all the time, just when others post.
        const int Publishers = 6, Rounds = 3_000;
        await Task.WhenAll(Enumerable.Range(0, Publishers).Select(publisher => Task.Run(async () =>
        {
            var connection = await ConnectAsync(publisher);
            for (var round = 1; round <= Rounds; round++)
            {
                _hub.Publish(ChannelOf(publisher).Message($"{round}"));
                await ArrivedAsync(connection, round);
            }
        })));
    }

    private static Channel ChannelOf(int number) => Channel.Public($"room.{number}");

    // Not by UntilEventsAsync, which looks at all frames each time.
    private static async Task ArrivedAsync(RecordingConnection connection, int events)
    {
        var limit = DateTime.UtcNow + Wait.Limit;
        while (connection.SendCalls < events)
        {
            await Task.Yield();
            DateTime.UtcNow.Should().BeBefore(limit, "message {0} must arrive", events);
        }
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); seen < value;)
        {
            seen = Interlocked.CompareExchange(ref most, value, seen) is var found && found == seen ? value : found;
        }
    }

    private async Task<RecordingConnection> ConnectAsync(int number)
    {
        var connection = _hub.Connect($"c{number}");
        await _hub.SubscribeAsync(new SubscribeRequest { ConnectionId = connection.Id, HasSocket = true, Channel = ChannelOf(number) });
        return connection;
    }
}
