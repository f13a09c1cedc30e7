using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Xunit.Abstractions;

namespace RfBroadcast.TestSupport.Architecture;

/// <summary>What holds for every package's assembly. Each test project inherits this for the package it tests.</summary>
public abstract class PackageRules(string package, Range logIds, ITestOutputHelper output)
{
    private readonly Assembly _assembly = Assembly.Load(package);

    /// <summary>Classes that are neither sealed nor abstract on purpose, by name.</summary>
    protected virtual IReadOnlyCollection<string> OpenClasses => [];

    /// <summary>Whether this package's assembly may reference that one.</summary>
    protected abstract bool MayReference(string assembly);

    [Fact]
    public void References_AreAllowed() => _assembly
        .GetReferencedAssemblies()
        .Select(reference => reference.Name!) // a reference always has a name
        .Where(name => !MayReference(name))
        .Should().BeEmpty();

    [Fact]
    public void Classes_AreSealedOrAbstract() => WrittenTypes()
        .Where(type => type is { IsClass: true, IsSealed: false, IsAbstract: false })
        .Select(type => type.Name)
        .Should().BeSubsetOf(OpenClasses, "a class is sealed unless it is made for inheritance, and then it is listed");

    [Fact]
    public void LogEvents_HaveUniqueIdsInThePackagesRange()
    {
        var ids = WrittenTypes()
            .SelectMany(type => type.GetMethods(AllDeclared))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .Select(attribute => attribute.EventId)
            .ToList();

        // Ranges of packages do not overlap, so ids that are unique in each package are unique in all.
        ids.Should().OnlyHaveUniqueItems();
        ids.Should().NotContain(id => id < logIds.Start.Value || id >= logIds.End.Value);
    }

    [Fact]
    public void PublicApi_IsApproved()
    {
        var approved = Repository.PathOf("src", package, "PublicAPI.approved.txt");
        var received = PublicApi.Print(_assembly);
        if (Environment.GetEnvironmentVariable("RFB_ACCEPT_API") == "1")
        {
            File.WriteAllText(approved, received);
            return;
        }

        var before = File.Exists(approved) ? File.ReadAllText(approved).ReplaceLineEndings("\n") : "";
        if (received == before)
        {
            return;
        }

        output.WriteLine(received);
        Assert.Fail($"""
            The public API of {package} is not the approved one. Gone (-) and new (+):
            {string.Join('\n', LineChanges(before, received))}
            If that is meant: RFB_ACCEPT_API=1 dotnet test --filter PublicApi_IsApproved
            and look at the difference of src/{package}/PublicAPI.approved.txt.
            """);
    }

    private const BindingFlags AllDeclared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private IEnumerable<Type> WrittenTypes() => _assembly
        .GetTypes()
        .Where(type => !type.IsDefined(typeof(CompilerGeneratedAttribute)) && !type.FullName!.Contains('<', StringComparison.Ordinal));

    private static IEnumerable<string> LineChanges(string before, string after)
    {
        var old = WithType(before);
        var now = WithType(after);
        return old.Except(now).Select(line => "- " + line).Concat(now.Except(old).Select(line => "+ " + line));
    }

    // Many types have the same member; with the type's line before it, it is one of a kind.
    private static List<string> WithType(string text)
    {
        var lines = new List<string>();
        var type = "";
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            type = line.StartsWith(' ') ? type : line;
            lines.Add(line.StartsWith(' ') ? $"{type} {{ {line.Trim()} }}" : line);
        }

        return lines;
    }
}
