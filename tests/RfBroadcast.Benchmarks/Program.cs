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
            case ["micro", .. var filter]:
                return MicroCommand.Run(filter);
            case ["server", var kind]:
                ServerCommands.Run(kind);
                return 0;
            case ["load", var kind, var port]:
                LoadCommands.Run(kind, port);
                return 0;
            default:
                await Console.Error.WriteLineAsync(FanoutCommand.Usage + "\n" + MicroCommand.Usage);
                return 2;
        }
    }
}
