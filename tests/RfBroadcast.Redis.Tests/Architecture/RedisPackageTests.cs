using RfBroadcast.TestSupport.Architecture;
using Xunit.Abstractions;

namespace RfBroadcast.Redis.Tests.Architecture;

public sealed class RedisPackageTests(ITestOutputHelper output) : PackageRules("RfBroadcast.Redis", 3000..4000, output)
{
    protected override bool MayReference(string assembly) =>
        assembly is "RfBroadcast" or "StackExchange.Redis"
        || assembly.StartsWith("System.", StringComparison.Ordinal)
        || assembly.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal);
}
