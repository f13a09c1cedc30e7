namespace RfBroadcast.Benchmarks;

/// <summary>1,000 connections, each on its own channel; messages go round robin, as fast as the server takes them.</summary>
internal sealed class ManyChannelsWorkload : IWorkload
{
    private const string Channels = "room*1000";
    private const int Subscribers = 1000;
    private const int Messages = 100_000;

    // On one core the just-in-time compiler needs this long until it has nothing left to improve, in any of the servers.
    private const int WarmUps = 20;
    private const int QuickWarmUps = 8;

    public string Name => "many-channels";

    public bool IsMain => true;

    public async Task RunAsync(Session session, Results results, bool quick)
    {
        await session.ConnectAsync(Channels, Subscribers);
        for (var round = 0; round < (quick ? QuickWarmUps : WarmUps); round++)
        {
            await session.BurstAsync(Channels, Messages, Messages);
            await Task.Delay(300); // the just-in-time compiler's turn
        }

        var measured = await session.BurstAsync(Channels, Messages, Messages);
        measured.AddBurstTo(results, Name, session.Kind);
    }
}
