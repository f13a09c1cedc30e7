using Microsoft.Extensions.Logging;

namespace RfBroadcast;

/// <summary>The driver <c>log</c>: writes each message's event, channel and size to the log; never its data.</summary>
public sealed class LogBroadcastDriver(ILogger<LogBroadcastDriver> logger) : IBroadcastDriver
{
    /// <inheritdoc/>
    public string Name => "log";

    /// <inheritdoc/>
    public ValueTask SendAsync(BroadcastMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        Log.Broadcast(logger, message.Event, message.Channel.WireName, message.Data.Length);
        return default;
    }
}
