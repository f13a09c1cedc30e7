using Microsoft.Playwright;
using RfBroadcast.TestSupport;
using static Microsoft.Playwright.Assertions;

namespace RfBroadcast.AspNetCore.Tests.Browser;

/// <summary>How the chat looks, in artifacts/screenshots for people to look at; and that nothing runs over an edge.</summary>
[Collection(Chromium.Collection)]
[Trait("Category", "Browser")]
public sealed class ChatScreenshotTests(Chromium chromium)
{
    [Theory]
    [InlineData("phone", ColorScheme.Light)]
    [InlineData("phone", ColorScheme.Dark)]
    [InlineData("desktop", ColorScheme.Light)]
    [InlineData("desktop", ColorScheme.Dark)]
    public async Task Page_LivelyRoom_FitsTheScreen(string device, ColorScheme scheme)
    {
        var phone = device == "phone";
        var folder = Directory.CreateDirectory(Repository.PathOf("artifacts", "screenshots")).FullName;
        await using var server = await ChatServer.StartAsync();
        await using var anna = await ChatPage.OpenAsync(chromium.Browser, server.Address, new()
        {
            ViewportSize = phone ? new() { Width = 360, Height = 740 } : new() { Width = 1280, Height = 800 },
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
        });

        await ShootAsync("1-welcome");
        await anna.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Anna");
        await anna.Page.GetByRole(AriaRole.Button, new() { Name = "Join the chat" }).ClickAsync();
        await anna.SettledAsync("general");
        await ShootAsync("2-empty");

        await using var ben = await JoinAsync("Benjamin Okafor");
        await using var celine = await JoinAsync("Céline");
        await ConverseAsync(anna, ben, celine);
        if (phone)
        {
            await anna.Page.GetByRole(AriaRole.Button, new() { Name = "People and notifications" }).ClickAsync();
        }

        await anna.Page.GetByRole(AriaRole.Button, new() { Name = "Notify me" }).ClickAsync();
        await Expect(anna.Page.Locator(".toast")).ToBeVisibleAsync();
        await celine.Input.PressSequentiallyAsync("One");
        await Expect(anna.Typing).ToHaveTextAsync("Céline is typing…");
        await ShootAsync("3-notified");

        if (phone)
        {
            await anna.Page.Keyboard.PressAsync("Escape");
            await celine.Input.PressSequentiallyAsync(" more");
            await ShootAsync("4-conversation");
            await anna.Page.Keyboard.PressAsync("Escape");
            await anna.Page.GetByRole(AriaRole.Button, new() { Name = "Rooms" }).ClickAsync();
            await ShootAsync("5-rooms");
            await anna.Page.Keyboard.PressAsync("Escape");
        }

        await server.KillAsync();
        await anna.ExpectReconnectingAsync();
        await anna.SayAsync("Is anybody there?");
        await Expect(anna.Log.GetByText("Not sent.")).ToBeVisibleAsync();
        await ShootAsync("6-away");

        Task<ChatPage> JoinAsync(string name) => ChatPage.JoinAsync(chromium.Browser, server.Address, name);

        async Task ShootAsync(string what)
        {
            var over = await anna.Page.EvaluateAsync<string[]>("""
                () => [...document.querySelectorAll("body *")]
                  .filter((element) => element.checkVisibility() && !element.closest(".unseen"))
                  .filter((element) => { const box = element.getBoundingClientRect(); return box.width > 1 && (box.left < 0 || box.right > innerWidth); })
                  .map((element) => `${element.tagName} ${element.className} ${element.id}`)
                """);
            over.Should().BeEmpty($"nothing of {what} runs over the edge");
            await anna.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{device}-{scheme.ToString().ToLowerInvariant()}-{what}.png") });
        }
    }

    private static async Task ConverseAsync(ChatPage anna, ChatPage ben, ChatPage celine)
    {
        var count = 0;
        await SayAsync(ben, "Morning! Is the release still planned for today?");
        await SayAsync(anna, "Yes. The tests are green, I only want to read the change log once more.");
        await SayAsync(anna, "Give me half an hour.");
        await SayAsync(celine, "I looked through it yesterday and it reads well. One thing: the part about recovery could say what happens after a restart, as people will ask.");
        await SayAsync(celine, "https://example.org/an-address-that-does-not-break/because-there-is-no-space-in-it/0123456789abcdef0123456789abcdef");
        await SayAsync(ben, "Good point.");
        await SayAsync(anna, "Done. Two lines more:\n– after a restart\n– what a gap means");
        await SayAsync(ben, "Perfect, let us ship it.");

        async Task SayAsync(ChatPage speaker, string text)
        {
            await speaker.SayAsync(text);
            count++;
            foreach (var chat in new[] { anna, ben, celine })
            {
                await Expect(chat.Messages).ToHaveCountAsync(count);
            }
        }
    }
}
