using System.Globalization;
using System.Text;

namespace RfBroadcast.Benchmarks;

/// <summary>The servers that speak no protocol of their own: the address names the channel, and the open WebSocket is the subscription.</summary>
internal sealed class LimitDialect(bool deflates = false) : IDialect
{
    public bool Deflates => deflates;

    public bool HasRecords => false;

    public string Target(LoadConnection connection) => connection.Since is { } since
        ? string.Create(CultureInfo.InvariantCulture, $"/ws?channel={connection.Channel}&since={since}")
        : $"/ws?channel={connection.Channel}";

    public void Opened(LoadConnection connection) => connection.Stage = LoadStage.Live;

    public void Answered(LoadConnection connection, ReadOnlySpan<byte> message) =>
        throw new InvalidDataException("Unexpected: " + Encoding.UTF8.GetString(message));
}
