using System.Runtime.CompilerServices;

namespace RfBroadcast.AspNetCore.Tests.Support;

/// <summary>What holds for every app of these tests.</summary>
internal static class TestHosts
{
    /// <summary>Without file watchers: there are many apps, and a user has few watchers (128 by default in a container).</summary>
    [ModuleInitializer]
    internal static void WatchNoFiles() => Environment.SetEnvironmentVariable("DOTNET_hostBuilder__reloadConfigOnChange", "false");
}
