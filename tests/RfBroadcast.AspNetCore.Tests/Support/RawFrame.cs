using System.Buffers.Binary;
using System.Text;

namespace RfBroadcast.AspNetCore.Tests.Support;

/// <summary>One WebSocket frame of the server's.</summary>
internal sealed record RawFrame(byte FirstByte, byte[] Payload)
{
    public int Opcode => FirstByte & 0x0F;

    public bool IsClose => Opcode == 8;

    public bool IsPing => Opcode == 9;

    /// <summary>Whether it is a ping by which the server finds the way to the socket; those of the heartbeat are empty.</summary>
    public bool IsBarrier => IsPing && Payload.Length == 8;

    public string Text => Encoding.UTF8.GetString(Payload);

    public int CloseCode => IsClose && Payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(Payload) : 1005;
}
