using System.Globalization;

namespace RfBroadcast.Benchmarks;

/// <summary>One channel with 1,000 subscribers, published on at a rate.</summary>
internal sealed class SteadyWorkload(int perSecond, int seconds, bool isMain) : IWorkload
{
    private const int Subscribers = 1000;

    // Quick enough that the compiler has seen enough calls, and long enough that it is done: else a fifth of what is measured is its work.
    private const int WarmUpPerSecond = 60;
    private const int WarmUpSeconds = 15;
    private const int QuickWarmUpSeconds = 5;
    private const int QuickSeconds = 5;

    public string Name => string.Create(CultureInfo.InvariantCulture, $"steady-{perSecond}");

    public bool IsMain => isMain;

    public async Task RunAsync(Session session, Results results, bool quick)
    {
        await session.ConnectAsync("news", Subscribers);
        await session.BurstAsync("news", 500, 500L * Subscribers);
        await Task.Delay(300); // the just-in-time compiler's turn
        await SteadyAsync(session, WarmUpPerSecond, quick ? QuickWarmUpSeconds : WarmUpSeconds);
        var measured = await SteadyAsync(session, perSecond, quick ? QuickSeconds : seconds);
        measured.AddTo(results, Name, session.Kind);
    }

    private static Task<DeliveryMeasured> SteadyAsync(Session session, int perSecond, int seconds) =>
        session.SteadyAsync("news", perSecond, perSecond * seconds, (long)perSecond * seconds * Subscribers);
}
