using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Orders;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddControllers();
builder.Services.AddSingleton<OrderStore>();

// 1. Who one is: a signed token. Its claims keep their names, so the user's id is "sub".
var tokens = TokenSettings.From(builder.Configuration);
builder.Services.AddSingleton(tokens);
builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(jwt =>
{
    jwt.MapInboundClaims = false;
    jwt.TokenValidationParameters = tokens.Validation;
});

// 2. What one may: the token's roles and permissions, as policies that controllers and channels share.
builder.Services.AddAuthorizationBuilder()
    .AddPolicy(Policies.Staff, policy => policy.RequireRole("staff"))
    .AddPolicy(Policies.ShipOrders, policy => policy.RequireClaim("permissions", "orders.ship"));

// 3. Broadcasting. The channels keep what was sent lately: a page that was away, or whose token expired, misses nothing.
builder.Services.AddBroadcasting(options =>
{
    options.Channels.For("orders.{orderId:int}", channel => channel.KeepHistory(20, TimeSpan.FromHours(1)));
    options.Channels.For("staff.orders", channel => channel.KeepHistory(200, TimeSpan.FromHours(1)));
});

var app = builder.Build();
app.UseFileServer(); // wwwroot: the page
app.MapControllers();
app.MapBroadcastWebSockets("/ws").RequireAuthorization();
app.MapBroadcastClient("/rf-broadcast.js");

// 4. Who may listen. What no line grants is denied; only a user's own channel, for notifications, needs none.
app.MapBroadcastChannel("orders.{orderId:int}", (int orderId, ClaimsPrincipal user, OrderStore store) => store.Owns(user.Id, orderId));
app.MapBroadcastChannel("staff.orders", () => true).RequireAuthorization(Policies.Staff);
app.MapBroadcastChannel("warehouse", () => true).RequireAuthorization(Policies.Staff, Policies.ShipOrders);

await app.RunAsync();
