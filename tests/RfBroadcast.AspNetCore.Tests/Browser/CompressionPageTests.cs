using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RfBroadcast.AspNetCore.Tests.Browser;

/// <summary>A browser negotiates compression by itself, and the page notices nothing of it.</summary>
[Collection(Chromium.Collection)]
[Trait("Category", "Browser")]
public sealed class CompressionPageTests(Chromium chromium)
{
    private const string Html = """
        <!doctype html>
        <title>Compression</title>
        <p id="extensions"></p>
        <p id="lengths"></p>
        <script>
          const lengths = [];
          const socket = new WebSocket(`ws://${location.host}/ws`);
          socket.onopen = () => {
            document.getElementById("extensions").textContent = socket.extensions;
            socket.send(JSON.stringify({ type: "subscribe", channel: "news", padding: "x".repeat(20000) }));
          };
          socket.onmessage = ({ data }) => {
            const frame = JSON.parse(data);
            if (frame.type === "subscribed") lengths.push("subscribed");
            if (frame.type === "event") lengths.push(frame.data.text.length);
            document.getElementById("lengths").textContent = lengths.join(" ");
          };
        </script>
        """;

    [Fact]
    public async Task Page_OfAnAppThatCompresses_NegotiatesItAndGetsEveryEvent()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddBroadcasting().ConfigureWebSockets(options => options.Compression.Enabled = true);
        await using var app = builder.Build();
        app.MapBroadcastWebSockets("/ws");
        app.MapGet("/", () => Results.Content(Html, "text/html"));
        await app.StartAsync();
        await using var context = await chromium.Browser.NewContextAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync(app.Urls.Single());
        await Expect(page.Locator("#lengths")).ToHaveTextAsync("subscribed");
        await Expect(page.Locator("#extensions")).ToHaveTextAsync("permessage-deflate; server_no_context_takeover; client_no_context_takeover");

        var broadcaster = app.Services.GetRequiredService<IBroadcaster>();
        foreach (var length in new[] { 10, 8000, 20, 8000, 200_000 })
        {
            await broadcaster.BroadcastToChannelAsync("news", "published", new { Text = new string('y', length) });
        }

        await Expect(page.Locator("#lengths")).ToHaveTextAsync("subscribed 10 8000 20 8000 200000");
    }
}
