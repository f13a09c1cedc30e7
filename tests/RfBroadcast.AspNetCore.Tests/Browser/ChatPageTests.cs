using System.Globalization;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RfBroadcast.AspNetCore.Tests.Browser;

/// <summary>samples/Chat, a real process, used by people in Chromium.</summary>
[Collection(Chromium.Collection)]
[Trait("Category", "Browser")]
public sealed class ChatPageTests(Chromium chromium) : IAsyncLifetime
{
    private ChatServer? _server;

    private ChatServer Server => _server ?? throw new InvalidOperationException("The chat is not started.");

    public async Task InitializeAsync() => _server = await ChatServer.StartAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();

    [Fact]
    public async Task Message_TwoPeople_IsShownOnceToEach()
    {
        await using var anna = await JoinAsync("Anna");
        await using var ben = await JoinAsync("Ben");

        await anna.SayAsync("Hello Ben");
        await ben.ExpectMessagesAsync("Hello Ben");
        await ben.SayAsync("Hello Anna");
        await anna.ExpectMessagesAsync("Hello Ben", "Hello Anna");
        await anna.SayAsync("And so on");

        await ben.ExpectMessagesAsync("Hello Ben", "Hello Anna", "And so on");
        await anna.ExpectMessagesAsync("Hello Ben", "Hello Anna", "And so on");
        await Expect(anna.Log.Locator(".own .bubble")).ToHaveTextAsync(["Hello Ben", "And so on"]);
        await Expect(anna.Log.Locator(".failed, .sending")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Message_SecondWindowOfTheSender_IsShownAsOwn()
    {
        await using var anna = await JoinAsync("Anna");
        var second = await anna.Page.Context.NewPageAsync();
        await second.GotoAsync(Server.Address);
        await Expect(second.Locator("#log")).ToHaveClassAsync("settled");

        await anna.SayAsync("From the first window");

        await Expect(second.Locator(".own .bubble")).ToHaveTextAsync(["From the first window"]);
        await Expect(second.Locator("#members .name")).ToHaveTextAsync(["Anna"]);
    }

    [Fact]
    public async Task Message_OtherRoom_StaysThere()
    {
        await using var anna = await JoinAsync("Anna");
        await using var ben = await JoinAsync("Ben", "random");
        await anna.SayAsync("In general");
        await ben.SayAsync("In random");

        await anna.Page.GetByRole(AriaRole.Link, new() { Name = "random" }).ClickAsync();

        await anna.SettledAsync("random");
        await anna.ExpectMessagesAsync("In random");
        await anna.ExpectMembersAsync("Anna", "Ben");
        await ben.ExpectMessagesAsync("In random");
    }

    [Fact]
    public async Task Room_NamedByHand_IsEnteredAndKept()
    {
        await using var anna = await JoinAsync("Anna");
        await anna.Page.GetByLabel("Another room").FillAsync("book-club");
        await anna.Page.GetByRole(AriaRole.Button, new() { Name = "Go" }).ClickAsync();
        await anna.SettledAsync("book-club");
        await anna.SayAsync("Anybody?");
        await anna.ExpectDeliveredAsync();

        await anna.Page.ReloadAsync();

        await anna.SettledAsync("book-club");
        await anna.ExpectMessagesAsync("Anybody?");
        await Expect(anna.Page.GetByRole(AriaRole.Link, new() { Name = "book-club" })).ToHaveAttributeAsync("aria-current", "page");
    }

    [Fact]
    public async Task Typed_MarkupInNameAndText_IsShownAsText()
    {
        const string Markup = "<img src=x onerror=alert(1)>";
        await using var anna = await JoinAsync(Markup);
        await using var ben = await JoinAsync("Ben");

        await anna.SayAsync(Markup);

        await ben.ExpectMessagesAsync(Markup);
        await ben.ExpectMembersAsync("Ben", Markup);
        await Expect(ben.Page.Locator("img")).ToHaveCountAsync(0);
        await Expect(anna.Page.Locator("img")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Typing_BeginsAndStops_IsShownAndGone()
    {
        await using var anna = await JoinAsync("Anna");
        await using var ben = await JoinAsync("Ben");

        await anna.Input.PressSequentiallyAsync("Well");
        await Expect(ben.Typing).ToHaveTextAsync("Anna is typing…");
        await Expect(anna.Typing).ToHaveTextAsync("");
        await anna.Input.FillAsync("");
        await Expect(ben.Typing).ToHaveTextAsync("");

        await anna.Input.PressSequentiallyAsync("Well");
        await Expect(ben.Typing).ToHaveTextAsync("Anna is typing…");
        await anna.Input.PressAsync("Enter");
        await ben.ExpectMessagesAsync("Well");
        await Expect(ben.Typing).ToHaveTextAsync("");
    }

    [Fact]
    public async Task Typing_SenderFallsSilent_IsGoneAfterAWhile()
    {
        await using var anna = await JoinAsync("Anna");
        await using var ben = await JoinAsync("Ben");

        await anna.Input.PressSequentiallyAsync("Well");
        await Expect(ben.Typing).ToHaveTextAsync("Anna is typing…");

        await Expect(ben.Typing).ToHaveTextAsync("");
        await ben.ExpectMessagesAsync();
    }

    [Fact]
    public async Task Presence_ComeAndGo_IsListedAndNoted()
    {
        await using var anna = await JoinAsync("Anna");
        await using (var ben = await JoinAsync("Ben"))
        {
            await anna.ExpectMembersAsync("Anna", "Ben");
            await ben.ExpectMembersAsync("Anna", "Ben");
            await Expect(anna.Notes).ToHaveTextAsync(["Ben joined"]);
            await Expect(ben.Notes).ToHaveCountAsync(0);
        }

        await Expect(anna.Notes).ToHaveTextAsync(["Ben joined", "Ben left"]); // when the grace is over
        await anna.ExpectMembersAsync("Anna");
    }

    [Fact]
    public async Task Presence_Reload_IsNoLeave()
    {
        await Server.KillAsync();
        await Server.StartAgainAsync("--Broadcasting:PresenceGrace", "00:01:00"); // however slow the machine is today
        await using var anna = await JoinAsync("Anna");
        await using var ben = await JoinAsync("Ben");

        await ben.Page.ReloadAsync();
        await ben.SettledAsync("general");
        await ben.SayAsync("Back");

        await anna.ExpectMessagesAsync("Back");
        await Expect(anna.Notes).ToHaveTextAsync(["Ben joined"]);
    }

    [Fact]
    public async Task Rename_OthersSeeTheNewName()
    {
        await using var anna = await JoinAsync("Anna");
        await using var ben = await JoinAsync("Ben");

        await anna.Page.GetByRole(AriaRole.Button, new() { Name = "Change name" }).First.ClickAsync();
        await anna.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Annabel");
        await anna.Page.Locator("#name-ok").ClickAsync();

        await ben.ExpectMembersAsync("Annabel", "Ben");
        await Expect(ben.Notes).ToHaveTextAsync(["Anna left", "Annabel joined"]);
        await anna.SettledAsync("general");
        await anna.SayAsync("It is me");
        await ben.ExpectMessagesAsync("It is me");
    }

    [Fact]
    public async Task History_Reload_ShowsWhatWasSaidOnceAndInOrder()
    {
        await using var anna = await JoinAsync("Anna");
        await using var ben = await JoinAsync("Ben");
        await anna.SayAsync("one");
        await ben.ExpectMessagesAsync("one");
        await ben.SayAsync("two");
        await anna.ExpectMessagesAsync("one", "two");
        await anna.SayAsync("three");
        await ben.ExpectMessagesAsync("one", "two", "three");

        await anna.Page.ReloadAsync();

        await anna.SettledAsync("general");
        await anna.ExpectMessagesAsync("one", "two", "three");
        await Expect(anna.Log.Locator(".own .bubble")).ToHaveTextAsync(["one", "three"]);
        await anna.SayAsync("four");
        await ben.ExpectMessagesAsync("one", "two", "three", "four");
        await anna.ExpectMessagesAsync("one", "two", "three", "four");
    }

    [Fact]
    public async Task History_MoreThanFifty_ShowsTheLastFifty()
    {
        await using var anna = await JoinAsync("Anna");
        var texts = Enumerable.Range(1, 60).Select(number => number.ToString(CultureInfo.InvariantCulture)).ToArray();
        foreach (var text in texts)
        {
            await anna.SayAsync(text);
            await anna.ExpectDeliveredAsync();
        }

        await anna.Page.ReloadAsync();

        await anna.SettledAsync("general");
        await anna.ExpectMessagesAsync(texts[10..]);
    }

    [Fact]
    public async Task Notification_AskedFor_ComesToOneselfOnly()
    {
        await using var anna = await JoinAsync("Anna");
        await using var ben = await JoinAsync("Ben");

        await anna.Page.GetByRole(AriaRole.Button, new() { Name = "Notify me" }).ClickAsync();

        await Expect(anna.Page.Locator(".toast")).ToContainTextAsync("Hello, Anna");
        await Expect(anna.Notifications).ToHaveCountAsync(1);
        await anna.SayAsync("after it");
        await ben.ExpectMessagesAsync("after it");
        await Expect(ben.Notifications).ToHaveCountAsync(0);
        await Expect(ben.Page.Locator(".toast")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task ServerRestart_BothPagesComeBackByThemselves()
    {
        await using var anna = await JoinAsync("Anna");
        await using var ben = await JoinAsync("Ben");
        await anna.SayAsync("before");
        await ben.ExpectMessagesAsync("before");

        await Server.KillAsync();
        await anna.ExpectReconnectingAsync();
        await ben.ExpectReconnectingAsync();
        await Server.StartAgainAsync();

        await anna.ExpectStateAsync("Connected");
        await ben.ExpectStateAsync("Connected");
        await anna.ExpectMembersAsync("Anna", "Ben");
        await ben.ExpectMembersAsync("Anna", "Ben");
        await anna.SayAsync("after");
        await ben.ExpectMessagesAsync("before", "after");
        await ben.SayAsync("indeed");
        await anna.ExpectMessagesAsync("before", "after", "indeed");
        await Expect(anna.Notes.Filter(new() { HasText = "left" })).ToHaveCountAsync(0);
        await Expect(anna.Page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync(); // the cookie still counts
    }

    [Fact]
    public async Task ServerRestart_SaidBeforeTheOtherIsBack_IsShownToTheOther()
    {
        await using var anna = await JoinAsync("Anna");
        await using var ben = await JoinAsync("Ben");
        await ben.SayAsync("before");
        await anna.ExpectMessagesAsync("before");
        await Server.KillAsync();
        await ben.ExpectReconnectingAsync();
        await ben.Page.Context.SetOfflineAsync(true);
        await Server.StartAgainAsync();
        await anna.ExpectStateAsync("Connected");

        await anna.SayAsync("while Ben is away");
        await ben.ExpectStateAsync("Offline");
        await ben.Page.Context.SetOfflineAsync(false);

        await ben.ExpectMessagesAsync("before", "while Ben is away");
        await ben.ExpectStateAsync("Connected");
    }

    [Fact]
    public async Task ServerRestart_KeysLost_SignsInAgainUnderTheSameName()
    {
        await using var anna = await JoinAsync("Anna");
        await using var ben = await JoinAsync("Ben");

        await Server.KillAsync();
        Server.LoseKeys();
        await Server.StartAgainAsync();

        await anna.ExpectMembersAsync("Anna", "Ben");
        await ben.ExpectMembersAsync("Anna", "Ben");
        await anna.SayAsync("Still me");
        await ben.ExpectMessagesAsync("Still me");
    }

    [Fact]
    public async Task Message_CookieGone_IsSentUnderANewOneAndShownOnce()
    {
        await using var anna = await JoinAsync("Anna");
        await using var ben = await JoinAsync("Ben");
        await anna.SayAsync("before");
        await ben.ExpectMessagesAsync("before");

        await anna.Page.Context.ClearCookiesAsync();
        await anna.SayAsync("Who am I?");
        await ben.ExpectMessagesAsync("before", "Who am I?");
        await anna.ExpectStateAsync("Connected");
        await ben.SayAsync("Anna, still");

        await anna.ExpectMessagesAsync("before", "Who am I?", "Anna, still");
        await ben.ExpectMessagesAsync("before", "Who am I?", "Anna, still");
    }

    [Fact]
    public async Task Message_ServerAway_IsMarkedAndCanBeSentAgain()
    {
        await using var anna = await JoinAsync("Anna");
        await using var ben = await JoinAsync("Ben");
        await Server.KillAsync();
        await anna.ExpectReconnectingAsync();

        await anna.SayAsync("Can you hear me?");
        await Expect(anna.Log.GetByText("Not sent.")).ToBeVisibleAsync();
        await Server.StartAgainAsync();
        await anna.ExpectStateAsync("Connected");
        await ben.ExpectStateAsync("Connected");
        await anna.Page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();

        await ben.ExpectMessagesAsync("Can you hear me?");
        await anna.ExpectMessagesAsync("Can you hear me?");
        await Expect(anna.Log.GetByText("Not sent.")).ToHaveCountAsync(0);
        await Expect(anna.Input).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Log_ReadingFurtherUp_StaysWhereItIs()
    {
        await using var anna = await JoinAsync("Anna");
        await using var ben = await JoinAsync("Ben");
        await ben.SayAsync(string.Join('\n', Enumerable.Range(1, 80)));
        await Expect(anna.Messages).ToHaveCountAsync(1);
        var top = () => anna.Log.EvaluateAsync<int>("log => log.scrollTop");
        (await top()).Should().BePositive("the newest is in sight");
        await anna.Log.EvaluateAsync("log => log.scrollTop = 50");

        await ben.SayAsync("news");

        var newer = anna.Page.GetByRole(AriaRole.Button, new() { Name = "New messages" });
        await Expect(newer).ToBeVisibleAsync();
        (await top()).Should().Be(50);
        await newer.ClickAsync();
        await Expect(anna.Messages.Last).ToBeInViewportAsync();
        await Expect(newer).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Keyboard_Alone_JoinsSpeaksAndChangesTheRoom()
    {
        await using var anna = await ChatPage.OpenAsync(chromium.Browser, Server.Address);
        var keyboard = anna.Page.Keyboard;

        await keyboard.PressAsync("Escape"); // a name is needed
        await keyboard.PressAsync("Escape");
        await Expect(anna.Page.GetByLabel("Name", new() { Exact = true })).ToBeFocusedAsync();
        await keyboard.TypeAsync("Anna");
        await keyboard.PressAsync("Enter");
        await anna.SettledAsync("general");
        await Expect(anna.Input).ToBeFocusedAsync();
        await keyboard.TypeAsync("Typed");
        await keyboard.PressAsync("Enter");
        await anna.ExpectMessagesAsync("Typed");

        await anna.Page.GetByRole(AriaRole.Link, new() { Name = "general" }).FocusAsync();
        await keyboard.PressAsync("Tab");
        await keyboard.PressAsync("Enter");
        await anna.SettledAsync("random");
        await Expect(anna.Input).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Phone_PeopleAndRooms_AreReachable()
    {
        await using var anna = await JoinAsync("Anna", options: new() { ViewportSize = new() { Width = 360, Height = 740 } });
        await using var ben = await JoinAsync("Ben");
        await Expect(anna.Page.GetByRole(AriaRole.Complementary)).ToBeHiddenAsync();

        var people = anna.Page.GetByRole(AriaRole.Button, new() { Name = "People and notifications" });
        await people.ClickAsync();
        await Expect(anna.Page.GetByRole(AriaRole.Complementary)).ToBeVisibleAsync();
        await anna.ExpectMembersAsync("Anna", "Ben");
        await anna.Page.Keyboard.PressAsync("Escape");
        await Expect(people).ToBeFocusedAsync();

        await anna.Page.GetByRole(AriaRole.Button, new() { Name = "Rooms" }).ClickAsync();
        await anna.Page.GetByRole(AriaRole.Link, new() { Name = "support" }).ClickAsync();
        await anna.SettledAsync("support");
        await Expect(anna.Page.GetByRole(AriaRole.Navigation)).ToBeHiddenAsync();
    }

    private Task<ChatPage> JoinAsync(string name, string room = "general", BrowserNewContextOptions? options = null) =>
        ChatPage.JoinAsync(chromium.Browser, Server.Address, name, room, options);
}
