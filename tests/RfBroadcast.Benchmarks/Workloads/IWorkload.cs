namespace RfBroadcast.Benchmarks;

/// <summary>Something to measure. It runs in a new <see cref="Session"/>, which it warms up itself.</summary>
internal interface IWorkload
{
    /// <summary>The name for <c>--only</c>.</summary>
    string Name { get; }

    /// <summary>Whether <c>--quick</c> has it.</summary>
    bool IsMain { get; }

    /// <summary>Whether it runs only when it is asked for by name: it has servers of its own, and its own part of the page.</summary>
    bool StandsAlone => false;

    /// <summary>Whether the server can do it.</summary>
    bool Has(ServerKind server) => server is ServerKind.RfBroadcast or ServerKind.SignalR or ServerKind.Limit;

    /// <summary>Measures once.</summary>
    Task RunAsync(Session session, Results results, bool quick);
}
