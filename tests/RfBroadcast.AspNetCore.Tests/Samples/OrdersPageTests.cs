using Microsoft.Playwright;
using RfBroadcast.AspNetCore.Tests.Browser;
using static Microsoft.Playwright.Assertions;

namespace RfBroadcast.AspNetCore.Tests.Samples;

/// <summary>The sample's page in two windows.</summary>
[Collection(Chromium.Collection)]
[Trait("Category", "Browser")]
public sealed class OrdersPageTests(Chromium chromium)
{
    [Fact]
    public async Task Ship_ByTheStaff_ShowsOnTheCustomersPage_AndAfterItsTokenExpired()
    {
        await using var app = OrdersApp.Start(demoLifetime: TimeSpan.FromSeconds(6));
        var ada = await OpenAsync(app, "ada");
        var sam = await OpenAsync(app, "sam");

        await sam.Locator("#orders li").Nth(0).GetByRole(AriaRole.Button).ClickAsync();
        await Expect(ada.Locator("#orders li").Nth(0)).ToContainTextAsync("on its way with DHL");
        await Expect(ada.Locator("#toasts")).ToContainTextAsync("Punched cards");
        await Expect(ada.Locator("#log")).ToContainTextAsync("4203 the token expired");
        await sam.Locator("#orders li").Nth(1).GetByRole(AriaRole.Button).ClickAsync();

        await Expect(ada.Locator("#orders li").Nth(1)).ToContainTextAsync("on its way with DHL");
        await Expect(ada.Locator("#state")).ToHaveTextAsync("connected");
    }

    private async Task<IPage> OpenAsync(OrdersApp app, string user)
    {
        var page = await (await chromium.Browser.NewContextAsync()).NewPageAsync();
        await page.GotoAsync($"{app.Address}#{user}");
        await Expect(page.Locator("#state")).ToHaveTextAsync("connected");
        return page;
    }
}
