using System.Globalization;
using System.Text;

namespace RfBroadcast.Benchmarks;

/// <summary>RfBroadcast's native protocol: <c>connected</c> comes, <c>subscribe</c> goes, <c>subscribed</c> comes.</summary>
internal sealed class NativeDialect(bool deflates = false) : IDialect
{
    private string? _epoch;

    public bool Deflates => deflates;

    public bool HasRecords => false;

    public string Target(LoadConnection connection) => "/ws";

    public void Opened(LoadConnection connection) => connection.Stage = LoadStage.Greeting;

    public void Answered(LoadConnection connection, ReadOnlySpan<byte> message)
    {
        if (connection.Stage == LoadStage.Greeting && message.StartsWith("{\"type\":\"connected\""u8))
        {
            TcpConnection.Send(connection.Fd, ClientFrame.Of(Subscribe(connection)));
            connection.Stage = LoadStage.Subscribing;
        }
        else if (connection.Stage == LoadStage.Subscribing && message.StartsWith("{\"type\":\"subscribed\""u8))
        {
            _epoch ??= EpochOf(message);
            connection.Stage = connection.Since is null || message.IndexOf("\"recovered\":true"u8) >= 0
                ? LoadStage.Live
                : throw new InvalidDataException("Not recovered: " + Encoding.UTF8.GetString(message));
        }
        else
        {
            throw new InvalidDataException("Unexpected: " + Encoding.UTF8.GetString(message));
        }
    }

    private static string? EpochOf(ReadOnlySpan<byte> message)
    {
        var start = message.IndexOf("\"epoch\":\""u8);
        return start < 0 ? null : Encoding.UTF8.GetString(message[(start + 9)..]).Split('"')[0];
    }

    private string Subscribe(LoadConnection connection) => connection.Since is { } since
        ? string.Create(CultureInfo.InvariantCulture, $$"""{"type":"subscribe","channel":"{{connection.Channel}}","since":{"offset":{{since}},"epoch":"{{_epoch}}"} }""")
        : $$"""{"type":"subscribe","channel":"{{connection.Channel}}"}""";
}
