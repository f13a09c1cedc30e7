namespace RfBroadcast.Benchmarks;

/// <summary>5,000 clients connect and subscribe, 200 of them on their way at any time.</summary>
internal sealed class JoinsWorkload : IWorkload
{
    private const int Clients = 5000;
    private const int WarmUps = 3;
    private const int WarmUpClients = 1000;

    public string Name => "joins";

    public bool IsMain => true;

    public async Task RunAsync(Session session, Results results, bool quick)
    {
        for (var round = 0; round < WarmUps; round++)
        {
            await session.ConnectAsync("news", WarmUpClients);
            await session.CloseClientsAsync();
            await Task.Delay(1000); // until the server has noticed, and the just-in-time compiler's turn
        }

        var measured = await session.ConnectAsync("news", Clients);
        measured.AddTo(results, Name, session.Kind);
    }
}
