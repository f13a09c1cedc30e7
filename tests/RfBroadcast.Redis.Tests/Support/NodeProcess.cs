using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using RfBroadcast.AspNetCore.Tests.Support;
using RfBroadcast.RedisNode;

namespace RfBroadcast.Redis.Tests.Support;

/// <summary>A node as a process of its own (tests/RfBroadcast.RedisNode), on the same address each time it is started.</summary>
internal sealed partial class NodeProcess : RestartableProcess, IAsyncDisposable
{
    private readonly HttpClient _http = new();
    private readonly string[] _settings;
    private readonly string? _certificates;

    private NodeProcess(string[] settings, string? certificates = null) => (_settings, _certificates) = (settings, certificates);

    /// <summary>Where it listens; a free port of the loopback the first time.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>Starts a node.</summary>
    /// <param name="redis">Its Redis, as StackExchange.Redis writes it.</param>
    /// <param name="settings">Further settings: <c>"Broadcasting:PresenceGrace=00:00:00.3"</c>.</param>
    public static async Task<NodeProcess> StartNewAsync(string redis, params string[] settings)
    {
        var node = new NodeProcess([$"Broadcasting:Redis:ConnectionString={redis}", .. settings]);
        await node.StartAsync();
        return node;
    }

    /// <summary>Starts a node that trusts the authorities in a file, which <c>SSL_CERT_FILE</c> names.</summary>
    public static async Task<NodeProcess> StartTrustingAsync(string certificates, params string[] settings)
    {
        var node = new NodeProcess(settings, certificates);
        await node.StartAsync();
        return node;
    }

    /// <summary>Starts it again after it has ended.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("dotnet",
            ["exec", typeof(Published).Assembly.Location, "--urls", Address.GetLeftPart(UriPartial.Authority), .. _settings.Select(setting => "--" + setting)]);
        if (_certificates is not null)
        {
            start.Environment["SSL_CERT_FILE"] = _certificates;
        }

        await RunAsync(start, "Now listening on:");
        Address = new Uri(Listening().Match(Output).Groups["address"].Value);
    }

    /// <summary>Connects a client, and reads the greeting.</summary>
    public async Task<WireClient> ConnectAsync(string? user = null, string query = "")
    {
        var client = await WireClient.ConnectAsync(Address, "/ws" + query, user);
        await client.GreetingAsync();
        return client;
    }

    /// <summary>Publishes data; expects it to be accepted.</summary>
    public async Task<Published> PublishAsync(string channel, object data, string? key = null)
    {
        var (accepted, refused) = await TryPublishAsync(channel, data, key);
        return accepted ?? throw new InvalidOperationException(refused?.Message);
    }

    /// <summary>Publishes data; gives the receipt, or what was said when Redis could not be reached.</summary>
    public async Task<(Published? Accepted, Unpublished? Refused)> TryPublishAsync(string channel, object data, string? key = null)
    {
        using var answer = await _http.PostAsJsonAsync(
            new Uri(Address, "/publish"), new Publication("e", JsonSerializer.SerializeToElement(data), channel, Key: key)).InTimeAsync();
        return answer.StatusCode == HttpStatusCode.ServiceUnavailable
            ? (null, await answer.Content.ReadFromJsonAsync<Unpublished>())
            : (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<Published>(), null);
    }

    /// <summary>The connections of a channel, on all nodes.</summary>
    public async Task<string[]> ConnectionsAsync(string channel) =>
        await _http.GetFromJsonAsync<string[]>(new Uri(Address, $"/channels/{channel}/connections")).InTimeAsync() ?? [];

    /// <summary>The ids of a channel's members, as this node reads them.</summary>
    public async Task<string[]> MembersAsync(string channel)
    {
        var members = await _http.GetFromJsonAsync<JsonElement[]>(new Uri(Address, $"/channels/{channel}/members")).InTimeAsync() ?? [];
        return [.. members.Select(member => member.GetProperty("userId").GetString() ?? "")];
    }

    /// <summary>Where a channel's history ends, as this node reads it.</summary>
    public async Task<ChannelPosition> TopAsync(string channel)
    {
        var history = await _http.GetFromJsonAsync<JsonElement>(new Uri(Address, $"/channels/{channel}/history?last=1")).InTimeAsync();
        return new ChannelPosition(history.GetProperty("epoch").GetString() ?? "", history.GetProperty("offset").GetInt64());
    }

    /// <summary>What the node's meters have counted, by instrument.</summary>
    public async Task<Dictionary<string, double>> FiguresAsync() =>
        await _http.GetFromJsonAsync<Dictionary<string, double>>(new Uri(Address, "/figures")).InTimeAsync() ?? [];

    /// <summary><c>Healthy</c>, <c>Degraded</c> or <c>Unhealthy</c>.</summary>
    public Task<string> HealthAsync() => _http.GetStringAsync(new Uri(Address, "/health")).InTimeAsync();

    public ValueTask DisposeAsync()
    {
        End();
        _http.Dispose();
        return default;
    }

    [GeneratedRegex(@"Now listening on: (?<address>http://\S+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Listening();
}
