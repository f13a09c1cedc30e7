using System.Security.Claims;
using System.Text.Json;
using Chat;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using RfBroadcast;

// A room's name; a pattern of channels and a route take the same constraints.
const string Room = "{room:maxlength(40):regex(^[a-z0-9-]+$)}";

var builder = WebApplication.CreateBuilder(args);
LocalAddress.UseUnlessConfigured(builder, port: 5080);

// Who one is: a cookie, as in any other app. The library has no users of its own; it asks ASP.NET Core.
builder.Services.AddAuthorization();
builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie =>
{
    cookie.Cookie.Name = "rf-broadcast-chat";
    cookie.Events.OnRedirectToLogin = context =>
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized; // there is no login page: the chat page asks for a name
        return Task.CompletedTask;
    };
});
builder.Services.AddValidation(); // of NewGuest and NewMessage

// 1. Broadcasting. Rooms keep their last messages, and let the page send "is typing" to the others.
builder.Services.AddBroadcasting(options => options.Channels.For("chat." + Room, channel =>
{
    channel.KeepHistory(50, TimeSpan.FromHours(12));
    channel.ClientEvents = true;
}));

var app = builder.Build();
app.UseFileServer(); // wwwroot: the page

// 2. What browsers connect to, and the client they connect with.
app.MapBroadcastWebSockets("/ws").RequireAuthorization();
app.MapBroadcastClient("/rf-broadcast.js");

// 3. Who may subscribe: every guest may enter every room. What is returned is what the others there see of the guest.
//    A user's own channel, for notifications, needs no line here.
app.MapBroadcastChannel("chat." + Room, (ClaimsPrincipal user) =>
{
    var guest = Guest.Of(user);
    return new { guest.Name, guest.Colour };
});

// Who one is already, or null.
app.MapGet("/session", (ClaimsPrincipal user) => user.Identity is { IsAuthenticated: true } ? Guest.Of(user) : null);

// Signs a guest in, or gives the one who is signed in another name.
app.MapPost("/session", async (NewGuest request, HttpContext context) =>
{
    var id = context.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? Guid.NewGuid().ToString("N");
    var guest = new Guest(id, request.Name.Trim());
    await context.SignInAsync(guest.ToPrincipal(), new AuthenticationProperties { IsPersistent = true });
    return guest;
});

var rooms = app.MapGroup($"/rooms/{Room}/messages").RequireAuthorization();

// Broadcasts a message to everybody in the room but its sender, who shows it already. A page that got no answer sends it again
// with the same id, and the key keeps it from being said twice.
rooms.MapPost("", async (string room, NewMessage message, ClaimsPrincipal user, IBroadcaster broadcaster) =>
{
    var guest = Guest.Of(user);
    var said = new Message(message.Id, guest, message.Text.Trim(), DateTimeOffset.UtcNow);
    await broadcaster.ToPresence($"chat.{room}").Event("message").With(said)
        .ToOthers()
        .WithIdempotencyKey($"{room} {guest.Id} {said.Id}")
        .SendAsync();
    return said;
});

// What was said lately, for a page that was away for longer than its connection can make up for.
rooms.MapGet("", async (string room, IChannelHistory history) =>
{
    var page = await history.ReadLastAsync(Channel.Presence($"chat.{room}"), last: 50);
    return page.Messages.Select(message => JsonElement.Parse(message.Data.Span));
});

// Notifies the guest, in all the guest's windows and nobody else's.
app.MapPost("/notifications", async (ClaimsPrincipal user, IBroadcaster broadcaster) =>
{
    var guest = Guest.Of(user);
    await broadcaster.NotifyUserAsync(guest.Id, $"Hello, {guest.Name}", "Only you can see this.");
    return Results.NoContent();
}).RequireAuthorization();

await app.RunAsync();
