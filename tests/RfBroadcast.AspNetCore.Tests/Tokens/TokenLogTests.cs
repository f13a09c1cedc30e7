using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Tokens;

/// <summary>All logs of a run, down to Trace, whatever becomes of the handshake and on either transport: none has the token.</summary>
public sealed class TokenLogTests
{
    [Fact]
    public async Task EventStream_TokenInTheQuery_AuthenticatesAndIsNowhereLogged()
    {
        await using var app = await StartAsync();

        using (var stream = await AskAsync(app, "/ws/private-user.s3cr3t?auth_token=good-s3cr3t", "text/event-stream"))
        {
            using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());
            (await NextDataAsync(reader)).Should().Contain("\"connected\"").And.Contain("\"user_id\":\"s3cr3t\"");
            (await NextDataAsync(reader)).Should().Contain("\"subscribed\"");
        }

        ExpectNoToken(app);
    }

    [Theory]
    [InlineData("/ws?channel=news&auth_token=bad-s3cr3t", null, 401)]
    [InlineData("/ws/news?auth_token=bad-s3cr3t", null, 401)]
    [InlineData("/ws?channel=news&auth_token=good-s3cr3t", "https://elsewhere.example", 403)]
    [InlineData("/ws?channel=news&auth_token=good-s3cr3t&protocol=7", null, 400)]
    public async Task Handshake_Refused_TheTokenIsNowhereLogged(string pathAndQuery, string? origin, int status)
    {
        await using var app = await StartAsync();

        using var stream = await AskAsync(app, pathAndQuery, "text/event-stream", origin);
        using var verdict = await AskAsync(app, pathAndQuery, "application/json", origin);
        var connecting = () => app.ConnectAsync(pathAndQuery, origin is null ? [] : [("Origin", origin)]);

        ((int)stream.StatusCode).Should().Be(status);
        ((int)verdict.StatusCode).Should().Be(status);
        await connecting.Should().ThrowAsync<WebSocketException>();
        ExpectNoToken(app);
    }

    [Fact]
    public async Task EventStream_WithoutAChannel_TheTokenIsNowhereLogged()
    {
        await using var app = await StartAsync();

        using var refused = await AskAsync(app, "/ws?auth_token=good-s3cr3t", "text/event-stream");

        ((int)refused.StatusCode).Should().Be(400);
        ExpectNoToken(app);
    }

    private static Task<LiveApp> StartAsync() => LiveApp.StartAsync(
        services =>
        {
            TokenScheme.Add(services);
            services.AddBroadcasting();
        },
        app => app.MapBroadcastWebSockets("/ws"));

    private static async Task<HttpResponseMessage> AskAsync(LiveApp app, string pathAndQuery, string accept, string? origin = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, pathAndQuery);
        request.Headers.Accept.ParseAdd(accept);
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        return await app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).InTimeAsync();
    }

    private static async Task<string> NextDataAsync(StreamReader reader)
    {
        while (true)
        {
            var line = await reader.ReadLineAsync().InTimeAsync() ?? throw new InvalidOperationException("The stream has ended.");
            if (line.StartsWith("data:", StringComparison.Ordinal))
            {
                return line;
            }
        }
    }

    private static void ExpectNoToken(LiveApp app)
    {
        // If what hosting writes for every request is not there, nothing was recorded and nothing is proven.
        app.Logs.All.Should().Contain(log => log.Message.StartsWith("Request starting", StringComparison.Ordinal));
        app.Logs.All.Select(log => log.Everything).Should().NotContain(log =>
            log.Contains("good-", StringComparison.Ordinal)
            || log.Contains("bad-", StringComparison.Ordinal)
            || log.Contains("auth_token", StringComparison.OrdinalIgnoreCase));
    }
}
