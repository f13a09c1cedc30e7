using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Behaviour;

/// <summary>A server process is told to stop, by a real signal, while its publishers publish.</summary>
[Trait("Category", "Slow")]
[Collection(AloneCollection.Name)]
public sealed class SigtermTests
{
    private const int Clients = 120;

    [Fact]
    public async Task Sigterm_UnderTraffic_EachClientGetsAllThatWasAcceptedAndThen1001()
    {
        // 64 MiB: on a busy machine nobody is to be too slow here.
        await using var server = await ServerProcess.StartTestHostAsync("--Broadcasting:WebSockets:QueueBytes=67108864");
        using var http = new HttpClient { BaseAddress = server.Address };
        using var holding = await RawClient.ConnectAsync(server.Address, "/ws"); // it keeps the drain from ending before the test has looked
        var clients = await ConnectAsync(server.Address);
        try
        {
            // One publisher ends before the first connection does, so its messages are owed to all; the other never ends by itself.
            using var owed = await http.PostAsync("/traffic/owed?untilTheEnd=false&padding=200", content: null);
            using var late = await http.PostAsync("/traffic/late?untilTheEnd=true&padding=200", content: null);
            while (await AcceptedAsync(http, "owed") < 100 || await AcceptedAsync(http, "late") < 100)
            {
                await Task.Delay(10);
            }

            var lateBefore = await AcceptedAsync(http, "late");
            var ends = clients.ConvertAll(async client => (Close: await client.ClosedAsync(), At: Stopwatch.GetTimestamp()));
            var told = Stopwatch.GetTimestamp();
            await server.TerminateAsync();
            await Task.WhenAny(ends);
            await ExpectRefusalAsync(http);
            (await holding.ReadToCloseAsync())!.CloseCode.Should().Be(1001);
            await holding.SendAsync(RawClient.Frame(0x88, [0x03, 0xE9])); // now it answers

            (await server.ExitAsync()).Should().Be(0, server.Output);
            Stopwatch.GetElapsedTime(told).Should().BeLessThan(TimeSpan.FromSeconds(30), "that is the host's shutdown timeout");
            var closed = await Task.WhenAll(ends);
            closed.Should().OnlyContain(end => end.Close == new WireClose(1001, "the server is going away"));
            var accepted = AcceptedIn(server.Output);
            foreach (var client in clients)
            {
                NumbersOf(client, "owed").Should().Equal(Enumerable.Range(1, accepted["owed"]));
                var after = NumbersOf(client, "late");
                after.Should().Equal(Enumerable.Range(1, after.Count));
                after.Count.Should().BeInRange(lateBefore, accepted["late"]);
            }

            // 200 a second: each takes its turn. A busy machine may start late and must make up for it, but is never faster.
            var last = closed.Max(end => end.At);
            Stopwatch.GetElapsedTime(told, last).Should().BeGreaterThan(TimeSpan.FromSeconds(0.5));
            Stopwatch.GetElapsedTime(closed.Min(end => end.At), last).Should().BeGreaterThan(TimeSpan.FromSeconds(0.1));
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    private static async Task<List<WireClient>> ConnectAsync(Uri server)
    {
        var clients = new List<WireClient>();
        for (var i = 0; i < Clients; i++)
        {
            var client = await WireClient.ConnectAsync(server, "/ws?channel=owed&channel=late");
            clients.Add(client);
            await client.GreetingAsync();
            await client.NextAsync("subscribed");
            await client.NextAsync("subscribed");
        }

        return clients;
    }

    /// <summary>While the others are closed, nobody new comes in.</summary>
    private static async Task ExpectRefusalAsync(HttpClient http)
    {
        using var refused = await http.GetAsync("/ws");
        refused.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        refused.Headers.RetryAfter.Should().NotBeNull();
    }

    private static async Task<int> AcceptedAsync(HttpClient http, string channel) =>
        int.Parse(await http.GetStringAsync($"/traffic/{channel}"), CultureInfo.InvariantCulture);

    private static Dictionary<string, int> AcceptedIn(string output) => Regex
        .Matches(output, @"^accepted (?<channel>\S+) (?<count>\d+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)
        .ToDictionary(match => match.Groups["channel"].Value, match => int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture));

    private static List<int> NumbersOf(WireClient client, string channel) =>
        [.. client.All.Where(frame => frame.Type == "event" && frame.String("channel") == channel).Select(frame => frame.Number())];
}
