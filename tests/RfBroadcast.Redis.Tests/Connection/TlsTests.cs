using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;

namespace RfBroadcast.Redis.Tests.Connection;

/// <summary>A Redis that speaks TLS with a certificate of a private authority; the ways to trust it that docs/redis.md names.</summary>
public sealed class TlsTests : IDisposable
{
    private const string Kept = "private-kept.tls";

    private readonly PrivateAuthority _authority = new();
    private readonly int _port = LoopbackPorts.Next();

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData("TLSv1.2")]
    [InlineData("TLSv1.3")]
    public async Task Authority_InSslCertFile_IsTrustedByBothWaysToAskForTls(string version)
    {
        await using var server = await StartAsync("tls-protocols", version);
        var port = _port.ToString(CultureInfo.InvariantCulture);
        await using var one = await NodeProcess.StartTrustingAsync(
            _authority.AuthorityFile, "Broadcasting:Redis:Host=127.0.0.1", "Broadcasting:Redis:Port=" + port, "Broadcasting:Redis:Tls=true");
        await using var two = await NodeProcess.StartTrustingAsync(
            _authority.AuthorityFile, $"Broadcasting:Redis:ConnectionString=localhost:{port},ssl=true");
        using var client = await one.ConnectAsync("ada");
        await client.SubscribeAsync(Kept);

        (await two.PublishAsync(Kept, 7)).Offset.Should().Be(1);

        await client.UntilAsync(seen => seen.Numbers(Kept).SequenceEqual([7]), "the message of the other node");
        (await two.HealthAsync()).Should().Be("Healthy");
    }

    [Fact]
    public async Task Authority_InSslCertFile_IsTrustedForSentinels()
    {
        await using var server = await StartAsync();
        var sentinel = LoopbackPorts.Next();
        var file = Path.Combine(server.Directory, "sentinel.conf");
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"""
            port 0
            bind 127.0.0.1
            tls-port {sentinel}
            tls-replication yes
            {string.Join('\n', Certificates.Chunk(2).Select(setting => string.Join(' ', setting)))}
            sentinel monitor rfb 127.0.0.1 {_port} 1
            """));
        using var process = ChildProcess.Start(new ProcessStartInfo("redis-server", [file, "--sentinel"]));
        await process.UntilOutputAsync("+monitor");
        await using var node = await NodeProcess.StartTrustingAsync(
            _authority.AuthorityFile,
            string.Create(CultureInfo.InvariantCulture, $"Broadcasting:Redis:Sentinels:0=127.0.0.1:{sentinel}"),
            "Broadcasting:Redis:SentinelService=rfb",
            "Broadcasting:Redis:Tls=true");

        (await node.PublishAsync(Kept, 7)).Offset.Should().Be(1);
    }

    [Fact]
    public async Task Authority_AcceptedByTheAppsOwnMultiplexer_Works()
    {
        await using var server = await StartAsync();
        var configuration = new ConfigurationOptions { EndPoints = { { "127.0.0.1", _port } }, Ssl = true };
        configuration.CertificateValidation += _authority.Accepts;
        using var multiplexer = await ConnectionMultiplexer.ConnectAsync(configuration);
        await using var node = new TestNode(multiplexer);

        (await node.Broadcaster.SayAsync(Channel.Public("history.tls"), 7)).Position!.Value.Offset.Should().Be(1);
    }

    [Fact]
    public async Task Authority_NotTrusted_IsSaid()
    {
        await using var server = await StartAsync();
        await using var node = new TestNode(options => (options.Host, options.Port, options.Tls) = ("127.0.0.1", _port, true));

        await FluentActions.Awaiting(() => node.Broadcaster.SayAsync(Channel.Parse(Kept), 7)).Should().ThrowAsync<BroadcasterUnavailableException>()
            .WithMessage("*Broadcasting:Redis:Tls*certificate that is trusted*");
    }

    private string[] Certificates =>
    [
        "tls-cert-file", _authority.CertificateFile, "tls-key-file", _authority.KeyFile, "tls-ca-cert-file", _authority.AuthorityFile, "tls-auth-clients", "no",
    ];

    private Task<RedisServer> StartAsync(params string[] settings) =>
        RedisServer.StartNewAsync(["tls-port", _port.ToString(CultureInfo.InvariantCulture), .. Certificates, .. settings]);
}
