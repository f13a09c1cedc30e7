using System.Globalization;

namespace RfBroadcast.Benchmarks;

/// <summary>The same 10,000 deliveries a second to ever more subscribers: 1,000 messages/s to 10, one a second to 10,000.</summary>
internal sealed class GrowthWorkload : IWorkload
{
    private const int DeliveriesPerSecond = 10_000;
    private const int Seconds = 5;

    private static readonly int[] Steps = [10, 100, 1000, 5000, 10_000];

    public string Name => "growth";

    public bool IsMain => false;

    public async Task RunAsync(Session session, Results results, bool quick)
    {
        var subscribers = 0;
        foreach (var step in Steps)
        {
            await session.ConnectAsync("news", step - subscribers);
            subscribers = step;
            await session.BurstAsync("news", 200_000 / step, 200_000); // the just-in-time compiler's turn, at the first step above all
            await Task.Delay(500);
            var perSecond = DeliveriesPerSecond / step;
            var measured = await session.SteadyAsync("news", perSecond, perSecond * Seconds, DeliveriesPerSecond * Seconds);
            measured.AddTo(results, string.Create(CultureInfo.InvariantCulture, $"growth, {step}"), session.Kind);
        }
    }
}
