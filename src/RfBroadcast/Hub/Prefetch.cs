using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace RfBroadcast;

/// <summary>Asks the processor for an object's memory without waiting for it. Where .NET has no instruction for it (Arm64) nothing is done.</summary>
internal static class Prefetch
{
    private const int CacheLine = 64;

    public static bool IsSupported => Sse.IsSupported;

    /// <summary>Fetches the first two cache lines of an object.</summary>
    public static unsafe void Object(object? target)
    {
        if (Sse.IsSupported && target is not null)
        {
            // Every object begins as a box does, as far as its address matters. That is only a hint: it does no harm when the object is moved meanwhile.
            var address = (byte*)Unsafe.AsPointer(ref Unsafe.As<StrongBox<byte>>(target).Value);
            Sse.Prefetch0(address);
            Sse.Prefetch0(address + CacheLine);
        }
    }
}
