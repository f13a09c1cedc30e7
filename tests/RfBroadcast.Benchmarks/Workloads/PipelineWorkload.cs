using System.Globalization;

namespace RfBroadcast.Benchmarks;

/// <summary>
/// Publishes with many under way: the library, and StackExchange.Redis alone with a PUBLISH for each message. Nobody is subscribed. Both processes run
/// all the time, and publish in turn.
/// </summary>
internal sealed class PipelineWorkload : IRedisWorkload
{
    private const int UnderWay = 1000;
    private const int Size = 128;
    private const int Rounds = 5;
    private const int RoundMilliseconds = 400;

    // After it, in the order of the rows: how long code is made better that was not run before (on one core, in quarters of a second).
    private static readonly (string Row, string Channels, int WarmUpSeconds)[] Rows =
    [
        ("publish, 1000 channels", "room*1000", 12),
        ("publish, 1 channel", "news", 3),
        ("publish kept, 1000 channels", "kept.room*1000", 8),
        ("publish kept, 1 channel", "kept.news", 3),
    ];

    public string Name => "publish";

    public async Task RunAsync(Cores cores, RedisProcess redis, Results results, bool quick)
    {
        await using var library = ChildProcess.StartServer(cores.Server, "server", ServerKind.Redis.ToString(), redis.EndPoint);
        await using var client = ChildProcess.StartServer(cores.Server, "server", ServerKind.RedisClient.ToString(), redis.EndPoint);
        (ServerKind Kind, ChildProcess Process)[] servers = [(ServerKind.Redis, library), (ServerKind.RedisClient, client)];
        await PipelineAsync(client, Rows[0].Channels, milliseconds: quick ? 4000 : 8000);
        foreach (var (row, channels, seconds) in Rows)
        {
            await PipelineAsync(client, channels, milliseconds: 200);
            await PipelineAsync(library, channels, quick ? seconds * 500 : seconds * 1000);
            await Task.Delay(300); // the just-in-time compiler's turn
            var rounds = new Results();
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var (kind, process) in servers)
                {
                    var cpu = new ServerReading(process.Id, cores.Server);
                    var published = await PipelineAsync(process, channels, RoundMilliseconds);
                    var spent = cpu.Spent();
                    rounds.Add(row, kind, Figure.PublishesPerSecond, published.Count * 1e9 / published.Nanoseconds);
                    rounds.Add(row, kind, Figure.CpuPerPublish, spent.Cpu / 1e3 / published.Count);
                    rounds.Add(row, kind, Figure.Disturbed, spent.OthersPercent);
                }
            }

            foreach (var (kind, _) in servers)
            {
                results.AddMedians(rounds, kind);
            }
        }
    }

    private static Task<Published> PipelineAsync(ChildProcess process, string channels, int milliseconds) =>
        process.AskAsync<Published>(string.Create(CultureInfo.InvariantCulture, $"pipeline {channels} {milliseconds} {UnderWay} {Size}"));
}
