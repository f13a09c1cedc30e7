namespace RfBroadcast.Benchmarks;

/// <summary>Publishes on one channel as an app would.</summary>
internal interface IPublishedChannel
{
    /// <summary>Publishes one <see cref="Payload"/>; completes when the server says that the app may go on.</summary>
    ValueTask PublishAsync(long number, byte[] padding);
}
