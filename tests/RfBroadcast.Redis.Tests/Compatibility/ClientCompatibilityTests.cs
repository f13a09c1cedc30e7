using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace RfBroadcast.Redis.Tests.Compatibility;

/// <summary>
/// The package is built with the oldest StackExchange.Redis that it works with, and apps bring later ones, which not every registry can restore. Whether
/// the built assembly works with those is seen in their metadata: every type and member that it uses is there, with the same signature.
/// </summary>
public sealed class ClientCompatibilityTests
{
    private static readonly ClientReferences Used = ClientReferences.Read(typeof(RedisBroadcaster).Assembly.Location);

    private static readonly string[] Supported = typeof(ClientCompatibilityTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "StackExchangeRedisVersions").Value!
        .Split(';');

    public static TheoryData<string> Versions => [.. Supported];

    [Fact]
    public void Versions_AreThoseThatAreSupported() => Supported.Should().Equal("1.2.6", "2.13.23", "3.4.35");

    [Theory]
    [MemberData(nameof(Versions))]
    public void BuiltAssembly_OnThatVersion_FindsEveryTypeAndMember(string version)
    {
        var client = ClientApi.Read(version);
        if (client.Version < Used.Built)
        {
            return; // built with a newer one (StackExchangeRedisVersion), which is then the floor
        }

        Used.Types.Should().Contain("StackExchange.Redis.IDatabase");
        Used.Types.Where(type => !client.HasType(type)).Should().BeEmpty();
        Used.Members.Should().Contain(used => used.Member.StartsWith("ScriptEvaluateAsync:", StringComparison.Ordinal));
        Used.Members.Where(used => !client.HasMember(used.Type, used.Member)).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void BuiltAssembly_OnThatVersion_MeansTheSameByNumbers(string version)
    {
        var (client, floor) = (ClientApi.Read(version), ClientApi.Read("1.2.6"));
        var enums = Used.Types.Where(type => floor.HasType(type) && floor.Numbers(type).Count > 0).ToList();

        enums.Should().Contain("StackExchange.Redis.CommandFlags");
        foreach (var type in enums)
        {
            var theirs = client.Numbers(type);
            floor.Numbers(type).Where(ours => theirs.TryGetValue(ours.Key, out var number) && number != ours.Value)
                .Should().BeEmpty("{0} is compiled into who uses it", type);
        }
    }

    [Fact]
    public void Check_MemberThatIsNotThere_IsSeen()
    {
        var client = ClientApi.Read("3.4.35");

        client.HasType("StackExchange.Redis.NoSuchType").Should().BeFalse();
        client.HasMember("StackExchange.Redis.IDatabase", "ScriptEvaluateAsync: instance Void <0>()").Should().BeFalse();
    }

    [Theory]
    [InlineData("2.13.23")]
    [InlineData("3.4.35")]
    public async Task StackExchangeRedisVersion_Set_IsWhatEverythingIsBuiltWith(string version)
    {
        foreach (var project in (string[])["src/RfBroadcast.Redis/RfBroadcast.Redis.csproj", "tests/RfBroadcast.Redis.Tests/RfBroadcast.Redis.Tests.csproj"])
        {
            using var build = new Process
            {
                StartInfo = new ProcessStartInfo("dotnet",
                    ["msbuild", Repository.PathOf(project), "-getItem:PackageVersion", "-nodeReuse:false", $"-p:StackExchangeRedisVersion={version}"])
                {
                    UseShellExecute = false,
                    RedirectStandardOutput = true,
                },
            };
            build.Start();
            using var answer = await JsonDocument.ParseAsync(build.StandardOutput.BaseStream).InTimeAsync();
            await build.WaitForExitAsync().InTimeAsync();
            answer.RootElement.GetProperty("Items").GetProperty("PackageVersion").EnumerateArray()
                .Single(item => item.GetProperty("Identity").GetString() == "StackExchange.Redis")
                .GetProperty("Version").GetString().Should().Be(version);
        }
    }
}
