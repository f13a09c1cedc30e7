using System.Text;

namespace RfBroadcast.Benchmarks;

/// <summary>SignalR's JSON protocol without negotiation: handshake, answer, the hub method that joins the group, its completion.</summary>
internal sealed class SignalRDialect : IDialect
{
    private static readonly byte[] Handshake = ClientFrame.Of("{\"protocol\":\"json\",\"version\":1}\u001e");
    private static readonly byte[] Ping = ClientFrame.Of("{\"type\":6}\u001e");

    public bool HasRecords => true;

    public byte[]? KeepAlive => Ping;

    public string Target(LoadConnection connection) => "/ws";

    public void Opened(LoadConnection connection)
    {
        TcpConnection.Send(connection.Fd, Handshake);
        connection.Stage = LoadStage.Greeting;
    }

    public void Answered(LoadConnection connection, ReadOnlySpan<byte> message)
    {
        if (message.SequenceEqual("{\"type\":6}"u8))
        {
            return; // the server is alive
        }

        if (connection.Stage == LoadStage.Greeting && message.SequenceEqual("{}"u8))
        {
            TcpConnection.Send(connection.Fd, ClientFrame.Of($$"""{"type":1,"invocationId":"0","target":"Subscribe","arguments":["{{connection.Channel}}"]}""" + "\u001e"));
            connection.Stage = LoadStage.Subscribing;
        }
        else if (connection.Stage == LoadStage.Subscribing && message.StartsWith("{\"type\":3,"u8) && message.IndexOf("\"error\""u8) < 0)
        {
            connection.Stage = LoadStage.Live;
        }
        else
        {
            throw new InvalidDataException("Unexpected: " + Encoding.UTF8.GetString(message));
        }
    }
}
