namespace RfBroadcast.Benchmarks;

/// <summary>5,000 clients come back with their position, and each gets the 20 messages it missed. SignalR has nothing like it.</summary>
internal sealed class ReconnectsWorkload : IWorkload
{
    private const string Channel = "kept.news";
    private const int Clients = 5000;
    private const int Missed = 20;

    public string Name => "reconnects";

    public bool IsMain => false;

    public bool Has(ServerKind server) => server is ServerKind.RfBroadcast or ServerKind.Limit;

    public async Task RunAsync(Session session, Results results, bool quick)
    {
        await session.ConnectAsync(Channel, Clients);
        await session.BurstAsync(Channel, Missed, Missed * Clients);
        await ReturnAsync(session, since: Missed);
        var measured = await ReturnAsync(session, since: 2 * Missed);
        measured.AddTo(results, Name, session.Kind);
    }

    private static async Task<ConnectMeasured> ReturnAsync(Session session, long since)
    {
        await session.CloseClientsAsync();
        await Task.Delay(2000); // until the server has noticed
        await session.PublishAsync(Channel, Missed);
        await Task.Delay(500);
        return await session.ReturnAsync(Channel, Clients, since, Missed * Clients);
    }
}
