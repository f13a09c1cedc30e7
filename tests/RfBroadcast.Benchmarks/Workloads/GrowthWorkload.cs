using System.Globalization;

namespace RfBroadcast.Benchmarks;

/// <summary>The same 10,000 deliveries a second to ever more subscribers: 1,000 messages/s to 10, one a second to 10,000.</summary>
internal sealed class GrowthWorkload : IWorkload
{
    private const int DeliveriesPerSecond = 10_000;
    private const int Seconds = 4;
    private const int WarmUpPerSecond = 2000;
    private const int WarmUpSeconds = 10;
    private const int BurstDeliveries = 200_000;

    private static readonly int[] Steps = [10, 100, 1000, 5000, 10_000];

    public string Name => "growth";

    public bool IsMain => false;

    public async Task RunAsync(Session session, Results results, bool quick)
    {
        var subscribers = 0;
        foreach (var step in Steps)
        {
            await session.ConnectAsync("news", step - subscribers);
            if (subscribers == 0)
            {
                // Many messages to few, so that the compiler has seen enough calls before any step counts.
                await session.SteadyAsync("news", WarmUpPerSecond, WarmUpPerSecond * WarmUpSeconds, (long)WarmUpPerSecond * WarmUpSeconds * step);
            }

            subscribers = step;
            await session.BurstAsync("news", BurstDeliveries / step, BurstDeliveries);
            await Task.Delay(500);
            var perSecond = DeliveriesPerSecond / step;
            var measured = await session.SteadyAsync("news", perSecond, perSecond * Seconds, DeliveriesPerSecond * Seconds);
            measured.AddTo(results, string.Create(CultureInfo.InvariantCulture, $"growth, {step}"), session.Kind);
        }
    }
}
