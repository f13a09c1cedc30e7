using System.ComponentModel;
using System.Runtime.InteropServices;

namespace RfBroadcast.Benchmarks;

/// <summary>One epoll instance: which of its sockets are ready. Used by one thread; it lives as long as its process.</summary>
internal sealed class Epoll
{
    public const uint In = 0x001;
    public const uint Out = 0x004;
    public const uint OneShot = 1u << 30;

    private const int Add = 1;
    private const int Delete = 2;
    private const int Modify = 3;

    private readonly int _fd = Checked(Libc.EpollCreate(Libc.SocketCloseOnExec));
    private readonly Libc.EpollEvent[] _ready = new Libc.EpollEvent[512];

    /// <summary>Watches a descriptor; its events come with the caller's id.</summary>
    public void Watch(int fd, int id, uint events) => Control(Add, fd, id, events);

    /// <summary>Changes what is watched, also to have a one-shot event again.</summary>
    public void Change(int fd, int id, uint events) => Control(Modify, fd, id, events);

    public void Forget(int fd) => Control(Delete, fd, 0, 0);

    /// <summary>Waits for events.</summary>
    /// <param name="timeoutMilliseconds">How long; -1 for as long as it takes.</param>
    /// <returns>What is ready, valid until the next call.</returns>
    public unsafe ReadOnlySpan<Libc.EpollEvent> Wait(int timeoutMilliseconds)
    {
        fixed (Libc.EpollEvent* ready = _ready)
        {
            var count = Libc.EpollWait(_fd, ready, _ready.Length, timeoutMilliseconds);
            if (count < 0 && Marshal.GetLastPInvokeError() != Libc.Interrupted)
            {
                throw new Win32Exception();
            }

            return _ready.AsSpan(0, Math.Max(0, count));
        }
    }

    private static int Checked(int result) => result >= 0 ? result : throw new Win32Exception();

    private unsafe void Control(int operation, int fd, int id, uint events)
    {
        var change = new Libc.EpollEvent { Events = events, Id = id };
        Checked(Libc.EpollControl(_fd, operation, fd, &change));
    }
}
