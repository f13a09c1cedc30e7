using System.Globalization;
using System.IO.Compression;
using System.Reflection;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace RfBroadcast.AspNetCore.Tests.Registration;

/// <summary>Every setting: in the table of docs/configuration.md with its true default, bound from configuration, and checked at start.</summary>
public sealed class ConfigurationTests
{
    // What cannot come from configuration.
    private static readonly string[] InCodeOnly = [nameof(BroadcastOptions.Json)];

    private static readonly PropertyInfo[] Core = SettingsOf(typeof(BroadcastOptions));
    private static readonly PropertyInfo[] EndPoint = SettingsOf(typeof(BroadcastWebSocketOptions));
    private static readonly PropertyInfo[] Compression = SettingsOf(typeof(BroadcastCompressionOptions));

    // Section, setting, a value that is wrong, and what the message says of it.
    public static TheoryData<string, string, string, string> WrongValues => new()
    {
        { "Broadcasting", "MaxPayloadBytes", "1023", "is 1023; set it from 1024 to 16777216 bytes" },
        { "Broadcasting", "PendingMessages", "0", "is 0; set it from 1 to" },
        { "Broadcasting", "Broadcaster", "redis", "is \"redis\", but Redis was not added: reference the package RfBroadcast.Redis and call" },
        { "Broadcasting", "Broadcaster", "other", "is \"other\", which is not registered; known are memory" },
        { "Broadcasting", "PendingBytes", "1023", "is 1023; set it from 1024 to" },
        { "Broadcasting", "RecoveryBytes", "0", "is 0; set it from 1024 to" },
        { "Broadcasting", "PresenceGrace", "-00:00:01", "is -00:00:01; set it from 00:00:00 to" },
        { "Broadcasting", "IdempotencyWindow", "2.00:00:00", "is 2.00:00:00; set it from 00:00:00 to" },
        { "Broadcasting", "Drivers:0", "pigeon", "names the driver \"pigeon\", which is not registered; known are log, null. Register it" },
        { "Broadcasting", "OrganizationChannel", "org", "is \"org\"; it must contain {id}" },
        { "Broadcasting", "SystemAlertsChannel", "private-alerts", "is \"private-alerts\"; it must be a public channel" },
        { "Broadcasting:WebSockets", "PingInterval", "00:00:00.5", "is 00:00:00.5000000; set it from 00:00:01 to 00:10:00" },
        { "Broadcasting:WebSockets", "MaxMessageBytes", "1023", "is 1023; set it from 1024 to" },
        { "Broadcasting:WebSockets", "QueueBytes", "1", "is 1; set it from 16384 to" },
        { "Broadcasting:WebSockets", "QueueBytes", "65536", "is 65536, less than twice Broadcasting:MaxPayloadBytes (262144); raise the first or lower the second" },
        { "Broadcasting:WebSockets", "CloseTimeout", "00:06:00", "is 00:06:00; set it from 00:00:00.1000000 to 00:05:00" },
        { "Broadcasting:WebSockets", "SocketPath", "7", "is 7; set it to Auto or Off" },
        { "Broadcasting:WebSockets", "MaxConnections", "0", "is 0; set it from 1 to" },
        { "Broadcasting:WebSockets", "MaxConnectionsPerUser", "0", "is 0; set it from 1 to" },
        { "Broadcasting:WebSockets", "MaxConnectionsPerAddress", "-1", "is -1; set it from 1 to" },
        { "Broadcasting:WebSockets", "HandshakesPerSecondPerAddress", "0", "is 0; set it from 1 to" },
        { "Broadcasting:WebSockets", "HandshakeTimeout", "00:00:00", "is 00:00:00; set it from 00:00:00.1000000 to" },
        { "Broadcasting:WebSockets", "IdleTimeout", "-00:00:01", "is -00:00:01; set it from 00:00:00 to 1.00:00:00" },
        { "Broadcasting:WebSockets", "MaxChannelsPerConnection", "0", "is 0; set it from 1 to" },
        { "Broadcasting:WebSockets", "MaxClientEventBytes", "0", "is 0; set it from 1 to" },
        { "Broadcasting:WebSockets", "ClientEventsPerSecond", "0", "is 0; set it from 1 to" },
        { "Broadcasting:WebSockets", "MaxErrors", "0", "is 0; set it from 1 to" },
        { "Broadcasting:WebSockets", "AuthorizationTimeout", "00:00:00", "is 00:00:00; set it from 00:00:00.1000000 to" },
        { "Broadcasting:WebSockets", "AllowedOrigins:0", "https://a b/c", "has \"https://a b/c\"; give a host name such as" },
        { "Broadcasting:WebSockets:Compression", "MinBytes", "0", "is 0; set it from 1 to" },
        { "Broadcasting:WebSockets:Compression", "Level", "NoCompression", "is NoCompression; set it to Fastest, Optimal or SmallestSize, or switch compression off by Enabled" },
        { "Broadcasting:WebSockets:Compression", "Level", "7", "is 7; set it to Fastest" },
        { "Broadcasting:WebSockets", "UserIdClaimTypes:0", "", "is empty or has an empty entry; name at least one claim type" },
    };

    [Theory]
    [InlineData("Broadcasting")]
    [InlineData("Broadcasting:WebSockets")]
    [InlineData("Broadcasting:WebSockets:Compression")]
    public void Table_HasEverySettingWithItsDefault(string section)
    {
        var (settings, defaults) = section switch
        {
            BroadcastOptions.SectionName => (Core, (object)new BroadcastOptions()),
            BroadcastWebSocketOptions.SectionName => (EndPoint, new BroadcastWebSocketOptions()),
            _ => (Compression, new BroadcastCompressionOptions()),
        };

        TableOf(section).Should().Equal(settings.Select(setting => $"{setting.Name}: {TextOf(setting.GetValue(defaults))}"));
    }

    [Fact]
    public void Text_NamesWhatIsSetInCodeOnly() =>
        File.ReadAllText(Repository.PathOf("docs", "configuration.md")).Should().MatchRegex("In code only: `Json` .* and `Channels`");

    [Fact]
    public void Configuration_EverySetting_Arrives()
    {
        var values = new Dictionary<string, string?>();
        Fill(values, BroadcastOptions.SectionName, Core, new BroadcastOptions());
        Fill(values, BroadcastWebSocketOptions.SectionName, EndPoint, new BroadcastWebSocketOptions());
        Fill(values, BroadcastCompressionOptions.SectionName, Compression, new BroadcastCompressionOptions());
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
        services.AddBroadcasting();
        using var provider = services.BuildServiceProvider();

        Check(provider.GetRequiredService<IOptions<BroadcastOptions>>().Value, Core, new BroadcastOptions());
        var webSockets = provider.GetRequiredService<IOptions<BroadcastWebSocketOptions>>().Value;
        Check(webSockets, EndPoint, new BroadcastWebSocketOptions());
        Check(webSockets.Compression, Compression, new BroadcastCompressionOptions());

        static void Fill(Dictionary<string, string?> values, string section, PropertyInfo[] settings, object defaults)
        {
            foreach (var setting in settings)
            {
                var suffix = setting.PropertyType == typeof(IList<string>) ? ":0" : "";
                values[$"{section}:{setting.Name}{suffix}"] = TextOf(OtherThan(setting, defaults));
            }
        }

        static void Check(object options, PropertyInfo[] settings, object defaults) => settings.Should().AllSatisfy(setting =>
            TextOf(setting.GetValue(options)).Should().Be(TextOf(OtherThan(setting, defaults)), setting.Name));
    }

    [Theory]
    [MemberData(nameof(WrongValues))]
    public async Task Start_WrongValue_StopsAndNamesSettingAndCure(string section, string setting, string value, string message)
    {
        var start = () => StartAsync($"{section}:{setting}", value);

        (await start.Should().ThrowAsync<Exception>()).Which.Message.Should().Contain($"{section}:{setting.Split(':')[0]} {message}");
    }

    [Fact]
    public void WrongValues_HaveEverySetting() => WrongValues.Select(row => $"{row[0]}:{((string)row[1]).Split(':')[0]}").Distinct()
        .Should().BeEquivalentTo([
            .. Core.Select(setting => "Broadcasting:" + setting.Name),
            .. EndPoint.Select(setting => "Broadcasting:WebSockets:" + setting.Name),
            .. Compression.Where(setting => setting.PropertyType != typeof(bool)).Select(setting => "Broadcasting:WebSockets:Compression:" + setting.Name)]);

    [Theory]
    [InlineData("Broadcasting:MaxPayloadBytes")]
    [InlineData("Broadcasting:WebSockets:PingInterval")]
    public async Task Start_ValueOfTheWrongKind_StopsAndNamesTheSetting(string setting)
    {
        var start = () => StartAsync(setting, "many");

        (await start.Should().ThrowAsync<InvalidOperationException>()).WithMessage($"*{setting}*");
    }

    private static async Task StartAsync(string setting, string value)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection([new(setting, value)]);
        builder.Services.AddBroadcasting();
        await using var app = builder.Build();
        app.MapBroadcastWebSockets("/ws");
        await app.StartAsync();
    }

    private static PropertyInfo[] SettingsOf(Type options) =>
        [.. options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite && !InCodeOnly.Contains(property.Name))];

    /// <summary>Names and defaults of the table under a heading.</summary>
    private static IEnumerable<string> TableOf(string heading) => File.ReadAllLines(Repository.PathOf("docs", "configuration.md"))
        .SkipWhile(line => line != "## " + heading)
        .SkipWhile(line => !line.StartsWith("| `", StringComparison.Ordinal))
        .TakeWhile(line => line.StartsWith('|'))
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
        .Select(cells => $"{cells[1].Trim('`')}: {cells[2]}");

    private static object OtherThan(PropertyInfo setting, object defaults) => setting.GetValue(defaults) switch
    {
        int bytes when setting.Name == nameof(BroadcastWebSocketOptions.QueueBytes) => bytes + 1, // at least twice what others are
        int number => number - 1,
        TimeSpan time => time + TimeSpan.FromSeconds(1),
        string text => "other." + text,
        IList<string> => new[] { "other" },
        SocketPath.Auto => SocketPath.Off,
        null => "memory", // a back end that is there
        bool isOn => !isOn,
        CompressionLevel => CompressionLevel.Fastest,
        var value => throw new NotSupportedException($"{setting.Name} is {value}"),
    };

    private static string TextOf(object? value) => value switch
    {
        IEnumerable<string> list => string.Join(", ", list.Select(item => item == ClaimTypes.NameIdentifier ? nameof(ClaimTypes.NameIdentifier) : item)),
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        bool isOn => isOn ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
