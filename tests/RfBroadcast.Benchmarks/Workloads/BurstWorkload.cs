namespace RfBroadcast.Benchmarks;

/// <summary>One channel, published on as fast as the server takes it.</summary>
internal sealed class BurstWorkload(string name, int subscribers, int messages) : IWorkload
{
    private const int WarmUps = 4;
    private const int QuickWarmUps = 2;

    public string Name => name;

    public bool IsMain => true;

    public async Task RunAsync(Session session, Results results, bool quick)
    {
        await session.ConnectAsync("news", subscribers);
        for (var round = 0; round < (quick ? QuickWarmUps : WarmUps); round++)
        {
            await session.BurstAsync("news", messages / 2, (long)messages / 2 * subscribers);
            await Task.Delay(300); // the just-in-time compiler's turn
        }

        // Bursts are short, so several make one value.
        var bursts = new Results();
        for (var burst = 0; burst < (quick ? 1 : 3); burst++)
        {
            var measured = await session.BurstAsync("news", messages, (long)messages * subscribers);
            measured.AddBurstTo(bursts, name, session.Kind);
        }

        results.AddMedians(bursts, session.Kind);
    }
}
