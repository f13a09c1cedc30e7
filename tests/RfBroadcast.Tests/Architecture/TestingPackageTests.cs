using RfBroadcast.TestSupport.Architecture;
using Xunit.Abstractions;

namespace RfBroadcast.Tests.Architecture;

public sealed class TestingPackageTests(ITestOutputHelper output) : PackageRules("RfBroadcast.Testing", 4000..5000, output)
{
    protected override bool MayReference(string assembly) =>
        assembly is "RfBroadcast" or "Microsoft.AspNetCore.TestHost"
        || assembly.StartsWith("System.", StringComparison.Ordinal)
        || assembly.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal);
}
