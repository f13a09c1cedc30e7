using RfBroadcast.TestSupport.Architecture;
using Xunit.Abstractions;

namespace RfBroadcast.AspNetCore.Tests.Architecture;

public sealed class AspNetCorePackageTests(ITestOutputHelper output) : PackageRules("RfBroadcast.AspNetCore", 2000..3000, output)
{
    protected override bool MayReference(string assembly) =>
        assembly is "RfBroadcast" or "Microsoft.Net.Http.Headers" // of the shared framework, too
        || assembly.StartsWith("System.", StringComparison.Ordinal)
        || assembly.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal)
        || assembly.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal);
}
