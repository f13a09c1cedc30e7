namespace RfBroadcast.Benchmarks;

/// <summary>A server that is measured, in a process of its own.</summary>
internal interface IBenchmarkServer
{
    /// <summary>Starts to listen on 127.0.0.1.</summary>
    /// <returns>The port.</returns>
    Task<int> StartAsync();

    /// <summary>A channel to publish on.</summary>
    IPublishedChannel Channel(string name);
}
