namespace RfBroadcast.Benchmarks;

/// <summary>Publishes on one channel as an app would.</summary>
internal interface IPublishedChannel
{
    /// <summary>Publishes one <see cref="Payload"/>; completes when the server says that the app may go on.</summary>
    ValueTask PublishAsync(long number, byte[] padding);

    /// <summary>The same, for whoever has many under way: nothing is added to what the server itself gives to wait for.</summary>
    Task BeginAsync(long number, byte[] padding) => PublishAsync(number, padding).AsTask();
}
