using System.Runtime.CompilerServices;

namespace RfBroadcast.Tests.Support;

internal static class ThreadPoolSize
{
    /// <summary>Some tests block pumps on purpose; the others must not wait for the pool to grow.</summary>
    [ModuleInitializer]
    internal static void Set() => ThreadPool.SetMinThreads(32, 32);
}
