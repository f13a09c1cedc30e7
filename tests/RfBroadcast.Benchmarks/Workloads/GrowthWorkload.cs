using System.Globalization;

namespace RfBroadcast.Benchmarks;

/// <summary>The same 10,000 deliveries a second to ever more subscribers: 1,000 messages/s to 10, one a second to 10,000.</summary>
internal sealed class GrowthWorkload : IWorkload
{
    private const int DeliveriesPerSecond = 10_000;
    private const int Seconds = 4;
    private const int BurstDeliveries = 200_000;

    // Each step is warmed up like steady traffic: its clients' connections run code that no step before had, and the compiler must be done with it.
    private const int WarmUpTimes = 4;
    private const int WarmUpSeconds = 8;

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
            await session.BurstAsync("news", BurstDeliveries / step, BurstDeliveries);
            await Task.Delay(300); // the just-in-time compiler's turn
            var perSecond = DeliveriesPerSecond / step;
            await SteadyAsync(session, perSecond * WarmUpTimes, WarmUpSeconds, step);
            var measured = await SteadyAsync(session, perSecond, Seconds, step);
            measured.AddTo(results, string.Create(CultureInfo.InvariantCulture, $"growth, {step}"), session.Kind);
        }
    }

    private static Task<DeliveryMeasured> SteadyAsync(Session session, int perSecond, int seconds, int subscribers) =>
        session.SteadyAsync("news", perSecond, perSecond * seconds, (long)perSecond * seconds * subscribers);
}
