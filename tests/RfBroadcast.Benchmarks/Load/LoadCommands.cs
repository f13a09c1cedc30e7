using System.Globalization;

namespace RfBroadcast.Benchmarks;

/// <summary>What the load process does when the driver tells it.</summary>
internal sealed class LoadCommands(LoadGenerator load)
{
    /// <summary>Runs the process until the driver goes.</summary>
    public static void Run(string kind, string port) =>
        Answers.Serve(new LoadCommands(new LoadGenerator(ServerKinds.DialectOf(Enum.Parse<ServerKind>(kind)), Number(port))).Answer);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private object Answer(string[] command)
    {
        switch (command)
        {
            case ["connect", var channels, var count, var atOnce, var first]:
                return load.Connect(ChannelNames.Of(channels), Number(count), Number(atOnce), Number(first), since: null);
            case ["return", var channels, var count, var atOnce, var since]:
                return load.Connect(ChannelNames.Of(channels), Number(count), Number(atOnce), Number(since) + 1, Number(since));
            case ["expect"]:
                load.Start();
                return true;
            case ["receive", var expected]:
                return load.Receive(Number(expected));
            case ["stall", var count]:
                load.Stall(Number(count));
                return true;
            case ["close"]:
                load.Close();
                return true;
            default:
                throw new ArgumentException("Not a command: " + string.Join(' ', command), nameof(command));
        }
    }
}
