using System.Globalization;
using System.Runtime;

namespace RfBroadcast.Benchmarks;

/// <summary>What a server process does when the driver tells it.</summary>
internal sealed class ServerCommands(IBenchmarkServer server)
{
    private readonly Dictionary<string, Publisher> _publishers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[][]> _paddings = new(StringComparer.Ordinal); // made once, not while it is measured

    /// <summary>Runs the process until the driver goes.</summary>
    public static void Run(string kind, string? redis) => Answers.Serve(new ServerCommands(ServerKinds.Create(Enum.Parse<ServerKind>(kind), redis)).Answer);

    private object Answer(string[] command) => command switch
    {
        ["start"] => Wait(server.StartAsync()),
        ["burst", var channels, var count, var size] => Wait(PublisherOf(channels, size).BurstAsync(Number(count))),
        ["burst", var channels, var count, var size, var underWay] => Wait(PublisherOf(channels, size).BurstAsync(Number(count), Number(underWay))),
        ["steady", var channels, var perSecond, var count, var size] =>
            Wait(PublisherOf(channels, size).SteadyAsync(double.Parse(perSecond, CultureInfo.InvariantCulture), Number(count))),
        ["pipeline", var channels, var milliseconds, var underWay, var size] =>
            Wait(PublisherOf(channels, size).PipelineAsync(TimeSpan.FromMilliseconds(Number(milliseconds)), Number(underWay))),
        ["collect"] => Collect(),
        ["allocated"] => GC.GetTotalAllocatedBytes(precise: true),
        _ => throw new ArgumentException("Not a command: " + string.Join(' ', command), nameof(command)),
    };

    // Publishers run on the thread pool as in an app, never on this thread.
    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static bool Collect()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return true;
    }

    private Publisher PublisherOf(string channels, string size)
    {
        if (!_publishers.TryGetValue(channels, out var publisher))
        {
            publisher = new Publisher([.. ChannelNames.Of(channels).Select(server.Channel)]);
            _publishers.Add(channels, publisher);
        }

        publisher.Paddings = PaddingsOf(size);
        return publisher;
    }

    private byte[][] PaddingsOf(string size)
    {
        if (!_paddings.TryGetValue(size, out var paddings))
        {
            paddings = size.StartsWith(JsonPadding.Prefix, StringComparison.Ordinal)
                ? JsonPadding.Of(Number(size[JsonPadding.Prefix.Length..]))
                : [Payload.PaddingOf(Number(size))];
            _paddings.Add(size, paddings);
        }

        return paddings;
    }
}
