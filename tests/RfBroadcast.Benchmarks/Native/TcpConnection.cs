using System.ComponentModel;
using System.Runtime.InteropServices;

namespace RfBroadcast.Benchmarks;

/// <summary>A client's TCP connection to a port of this machine, as a bare descriptor.</summary>
internal static class TcpConnection
{
    // So that one address never runs out of ports: 28,000 is what a kernel gives out by default, and 127/8 is all ours.
    private const int ConnectionsPerAddress = 20_000;

    /// <summary>Connects. The kernel completes it before the server accepts, so this does not wait while the backlog has room.</summary>
    public static unsafe int Open(int port, int index)
    {
        var fd = Libc.Socket(Libc.AddressFamilyInet, Libc.SocketStream | Libc.SocketCloseOnExec, 0);
        if (fd < 0)
        {
            throw new Win32Exception();
        }

        var host = (uint)(1 + (index / ConnectionsPerAddress));
        var address = new Libc.SocketAddress
        {
            Family = Libc.AddressFamilyInet,
            Port = (ushort)((port << 8) | (port >> 8)),
            Address = 127 | (host << 24),
        };
        var on = 1;
        _ = Libc.SetSocketOption(fd, Libc.IpProtoTcp, Libc.TcpNoDelay, &on, sizeof(int));
        if (Libc.Connect(fd, &address, sizeof(Libc.SocketAddress)) < 0)
        {
            throw new Win32Exception();
        }

        return fd;
    }

    /// <summary>What has come, without waiting; 0 when the server closed, negative when nothing is there.</summary>
    public static unsafe int Receive(int fd, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            var count = Libc.Receive(fd, start, buffer.Length, Libc.MsgDontWait);
            if (count >= 0)
            {
                return (int)count;
            }

            return Marshal.GetLastPInvokeError() is Libc.Again or Libc.Interrupted ? -1 : 0;
        }
    }

    /// <summary>Sends a few bytes; a client's send buffer always has room for them.</summary>
    public static unsafe void Send(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            if (Libc.Send(fd, start, bytes.Length, Libc.MsgNoSignal) != bytes.Length)
            {
                throw new Win32Exception();
            }
        }
    }

    public static void Close(int fd) => _ = Libc.Close(fd);
}
