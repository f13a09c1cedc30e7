using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RfBroadcast.AspNetCore.Tests.Browser;

/// <summary>The client in a page without modules.</summary>
[Collection(Chromium.Collection)]
[Trait("Category", "Browser")]
public sealed class ScriptTagTests(Chromium chromium)
{
    private const string Html = """
        <!doctype html>
        <title>Script tag</title>
        <p id="news">nothing yet</p>
        <script src="/rf-broadcast.global.js"></script>
        <script>
          const news = document.getElementById("news");
          const echo = new Echo("/ws");
          echo.channel("news")
            .subscribed(() => { news.textContent = "subscribed"; })
            .listen("published", ({ title }) => { news.textContent = title; });
        </script>
        """;

    [Fact]
    public async Task GlobalScript_PlainPage_ConnectsAndGetsAnEvent()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddBroadcasting();
        await using var app = builder.Build();
        app.MapBroadcastWebSockets("/ws");
        app.MapBroadcastClient("/rf-broadcast.js");
        app.MapGet("/", () => Results.Content(Html, "text/html"));
        await app.StartAsync();
        await using var context = await chromium.Browser.NewContextAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync(app.Urls.Single());
        var news = page.Locator("#news");
        await Expect(news).ToHaveTextAsync("subscribed");

        await app.Services.GetRequiredService<IBroadcaster>().BroadcastToChannelAsync("news", "published", new { Title = "It works" });

        await Expect(news).ToHaveTextAsync("It works");
        (await page.EvaluateAsync<string[]>("() => Object.keys(window).filter((name) => /echo|channel|listeners/i.test(name))"))
            .Should().BeEquivalentTo(["Echo"], "a script tag leaves nothing else behind"); // a const is no property
    }
}
