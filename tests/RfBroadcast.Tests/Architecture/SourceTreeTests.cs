using System.Xml.Linq;
using RfBroadcast.TestSupport;

namespace RfBroadcast.Tests.Architecture;

/// <summary>Rules that are read from the project files and sources, for all packages at once.</summary>
public sealed class SourceTreeTests
{
    // Who may reference whom. A project that is not here may not exist in src/.
    private static readonly Dictionary<string, string[]> AllowedProjects = new()
    {
        ["RfBroadcast"] = [],
        ["RfBroadcast.AspNetCore"] = ["RfBroadcast"],
        ["RfBroadcast.Redis"] = ["RfBroadcast"],
        ["RfBroadcast.Testing"] = ["RfBroadcast"],
        ["RfBroadcast.Cli"] = ["RfBroadcast", "RfBroadcast.AspNetCore", "RfBroadcast.Redis", "RfBroadcast.Testing"],
    };

    public static TheoryData<string> Projects =>
        [.. Repository.Files("src", "*.csproj").Select(file => Path.GetFileNameWithoutExtension(file))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void ProjectReferences_AreAllowed(string project)
    {
        AllowedProjects.Should().ContainKey(project);
        Items(project, "ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference))
            .Should().BeSubsetOf(AllowedProjects[project]);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void InternalsVisibleTo_NamesOnlyTestsAndBenchmarks(string project) =>
        Items(project, "InternalsVisibleTo").Should().NotContain(friend =>
            friend != "RfBroadcast.Benchmarks" && friend != "RfBroadcast.EchoHost" && !friend.EndsWith(".Tests", StringComparison.Ordinal));

    [Fact]
    public void CorePackageReferences_AreMicrosoftExtensionsOnly()
    {
        Items("RfBroadcast", "PackageReference").Should().NotContain(package =>
            !package.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal));
        Items("RfBroadcast", "FrameworkReference").Should().BeEmpty();
    }

    [Fact]
    public void SourceFiles_AreAtMost400Lines() => Repository.Files("src", "*.cs")
        .Where(file => File.ReadLines(file).Count() > 400)
        .Should().BeEmpty();

    private static IEnumerable<string> Items(string project, string item) => XDocument
        .Load(Repository.PathOf("src", project, project + ".csproj"))
        .Descendants(item)
        .Select(element => (string?)element.Attribute("Include"))
        .OfType<string>();
}
