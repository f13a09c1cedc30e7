using System.Buffers.Binary;
using System.Text;

namespace RfBroadcast.AspNetCore.Tests.Support;

/// <summary>One WebSocket frame of the server's.</summary>
internal sealed record RawFrame(byte FirstByte, byte[] Payload)
{
    public int Opcode => FirstByte & 0x0F;

    public bool IsClose => Opcode == 8;

    public bool IsPing => Opcode == 9;

    public string Text => Encoding.UTF8.GetString(Payload);

    public int CloseCode => IsClose && Payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(Payload) : 1005;
}
