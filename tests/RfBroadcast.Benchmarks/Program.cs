namespace RfBroadcast.Benchmarks;

/// <summary>The commands; docs/performance.md says what they are for.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["fanout", .. var options]:
                return await FanoutCommand.RunAsync(options);
            case ["redis", .. var options]:
                return await RedisCommand.RunAsync(options);
            case ["micro", .. var filter]:
                return MicroCommand.Run(filter);
            case ["server", var kind]:
                ServerCommands.Run(kind, redis: null);
                return 0;
            case ["server", var kind, var redis]:
                ServerCommands.Run(kind, redis);
                return 0;
            case ["node", var redis]:
                NodeCommands.Run(redis);
                return 0;
            case ["load", var kind, var port]:
                LoadCommands.Run(kind, port);
                return 0;
            default:
                await Console.Error.WriteLineAsync($"{FanoutCommand.Usage}\n{RedisCommand.Usage}\n{MicroCommand.Usage}");
                return 2;
        }
    }
}
