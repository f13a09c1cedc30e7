using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RfBroadcast.AspNetCore.Tests.Browser;

/// <summary>
/// The chat as one person uses it, found by role and label as a screen reader finds it. What the page throws is kept.
/// </summary>
internal sealed class ChatPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    private ChatPage(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.PageError += (_, fault) => Faults.Add(fault);
    }

    public IPage Page { get; }

    public List<string> Faults { get; } = [];

    public ILocator Log => Page.GetByRole(AriaRole.Log);

    public ILocator Messages => Log.Locator(".bubble");

    public ILocator Notes => Log.Locator(".note");

    public ILocator State => Page.Locator("#status");

    public ILocator Typing => Page.Locator("#typing");

    public ILocator Members => Page.Locator("#members .name");

    public ILocator Input => Page.GetByRole(AriaRole.Textbox, new() { Name = "Message" });

    public ILocator Notifications => Page.Locator("#notifications li");

    /// <summary>Opens the page in a new context and waits until it asks for a name.</summary>
    public static async Task<ChatPage> OpenAsync(IBrowser browser, string address, BrowserNewContextOptions? options = null)
    {
        options ??= new BrowserNewContextOptions();
        options.Locale ??= "en-GB";
        var context = await browser.NewContextAsync(options);
        context.SetDefaultTimeout(20_000);
        var chat = new ChatPage(context, await context.NewPageAsync());
        await chat.Page.GotoAsync(address);
        await Expect(chat.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        return chat;
    }

    /// <summary>Opens the page, gives a name and a room, and waits until it is in.</summary>
    public static async Task<ChatPage> JoinAsync(
        IBrowser browser,
        string address,
        string name,
        string room = "general",
        BrowserNewContextOptions? options = null)
    {
        var chat = await OpenAsync(browser, address, options);
        await chat.Page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await chat.Page.GetByLabel("Room", new() { Exact = true }).SelectOptionAsync(room);
        await chat.Page.GetByRole(AriaRole.Button, new() { Name = "Join the chat" }).ClickAsync();
        await chat.SettledAsync(room);
        return chat;
    }

    /// <summary>Waits until the page is connected, in the room, and has shown what was said before.</summary>
    public async Task SettledAsync(string room)
    {
        await ExpectStateAsync("Connected");
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync(room);
        await Expect(Log).ToHaveClassAsync("settled");
    }

    public async Task SayAsync(string text)
    {
        await Input.FillAsync(text);
        await Input.PressAsync("Enter");
    }

    /// <summary>Waits until the page says this about its connection.</summary>
    public Task ExpectStateAsync(string text) => Expect(State).ToHaveTextAsync(text, new() { UseInnerText = true });

    /// <summary>Waits until the connection is lost and the page says that it tries again.</summary>
    public Task ExpectReconnectingAsync() => Expect(State).ToContainTextAsync("Reconnecting", new() { UseInnerText = true });

    /// <summary>Waits until the server has answered for every message.</summary>
    public Task ExpectDeliveredAsync() => Expect(Log.Locator(".sending, .failed")).ToHaveCountAsync(0);

    /// <summary>Waits until exactly these messages are shown, in this order.</summary>
    public Task ExpectMessagesAsync(params string[] texts) => Expect(Messages).ToHaveTextAsync(texts);

    /// <summary>Waits until exactly these people are listed, in any order.</summary>
    public async Task ExpectMembersAsync(params string[] names)
    {
        await Expect(Members).ToHaveCountAsync(names.Length);
        foreach (var name in names)
        {
            await Expect(Members.Filter(new() { HasText = name })).ToHaveCountAsync(1);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Faults.Should().BeEmpty("the page throws nothing");
    }
}
