using RfBroadcast.TestSupport.Architecture;
using Xunit.Abstractions;

namespace RfBroadcast.Tests.Architecture;

public sealed class CorePackageTests(ITestOutputHelper output) : PackageRules("RfBroadcast", 1000..2000, output)
{
    protected override bool MayReference(string assembly) =>
        assembly.StartsWith("System.", StringComparison.Ordinal)
        || assembly is "Microsoft.Extensions.Configuration" // by the generator that binds options, in place of reflection
            or "Microsoft.Extensions.Configuration.Abstractions"
            or "Microsoft.Extensions.Configuration.Binder"
            or "Microsoft.Extensions.DependencyInjection.Abstractions"
            or "Microsoft.Extensions.Logging.Abstractions"
            or "Microsoft.Extensions.Options"
            or "Microsoft.Extensions.Options.ConfigurationExtensions"
            or "Microsoft.Extensions.Primitives";
}
