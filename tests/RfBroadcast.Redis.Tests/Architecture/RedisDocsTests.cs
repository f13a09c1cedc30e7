using System.Reflection;

namespace RfBroadcast.Redis.Tests.Architecture;

/// <summary>The documentation names everything there is.</summary>
public sealed class RedisDocsTests
{
    private static readonly string Redis = File.ReadAllText(Repository.PathOf("docs", "redis.md"));
    private static readonly string Configuration = File.ReadAllText(Repository.PathOf("docs", "configuration.md"));

    [Fact]
    public void Instruments_AreAllInRedisMd() => typeof(RedisBroadcastTelemetry)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (string)field.GetRawConstantValue()!)
        .Where(name => !Redis.Contains($"`{name}`", StringComparison.Ordinal))
        .Should().BeEmpty();

    [Fact]
    public void Scripts_AreAllInRedisMd() => RedisScripts.All
        .Where(script => !Redis.Contains($"`{script.Name}`", StringComparison.Ordinal))
        .Select(script => script.Name)
        .Should().BeEmpty();

    [Fact]
    public void Settings_AreAllInConfigurationMd() => typeof(RedisBroadcastOptions)
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Select(property => property.Name)
        .Where(name => !Configuration.Contains($"`{name}`", StringComparison.Ordinal))
        .Should().BeEmpty();

    [Fact]
    public void Keys_AreAllInRedisMd()
    {
        var keys = new RedisKeys("rf:", database: 0);
        var channel = keys.Of(Channel.Public("news"));
        string[] names =
        [
            channel.Topic!, channel.History!, channel.Meta!, channel.Connections!, channel.Members!, channel.FenceOf("N")!, channel.OnceOf("K")!,
            keys.Receipt("K")!, keys.Nodes!, keys.Node("N")!, keys.Control!, keys.ControlOf("P")!,
        ];

        names
            .Select(name => name.Replace("news", "<channel>", StringComparison.Ordinal).Replace(":N", ":<node>", StringComparison.Ordinal)
                .Replace(":K", ":<key>", StringComparison.Ordinal).Replace(":P", ":<process>", StringComparison.Ordinal))
            .Where(name => !Redis.Contains($"`{name}`", StringComparison.Ordinal))
            .Should().BeEmpty();
    }
}
