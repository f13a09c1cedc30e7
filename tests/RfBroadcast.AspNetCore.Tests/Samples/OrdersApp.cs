using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Orders;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Samples;

/// <summary>The sample as it is, on Kestrel at a free port, with a key that the test knows; it logs everything there is.</summary>
internal sealed class OrdersApp : WebApplicationFactory<OrderStore>
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly string _environment;
    private readonly TimeSpan? _demoLifetime;
    private readonly List<IDisposable> _owned = [];

    private OrdersApp(string environment, TimeSpan? demoLifetime) => (_environment, _demoLifetime) = (environment, demoLifetime);

    public RecordedLogs Logs { get; } = new();

    /// <summary>Every token that was made.</summary>
    public List<string> Tokens { get; } = [];

    public LocalHub Hub => Services.GetRequiredService<LocalHub>();

    public Uri Address => new(Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());

    /// <summary>Starts it.</summary>
    /// <param name="environment">The environment, which decides whether there are tokens for the demo.</param>
    /// <param name="demoLifetime">How long those live; null means as long as in the sample.</param>
    public static OrdersApp Start(string environment = "Development", TimeSpan? demoLifetime = null)
    {
        var app = new OrdersApp(environment, demoLifetime);
        app.UseKestrel();
        app.StartServer();
        return app;
    }

    /// <summary>A token as an identity provider would make it; with the options, one that should be refused.</summary>
    public string Token(
        string user = "ada",
        string[]? roles = null,
        string[]? permissions = null,
        string audience = TokenSettings.Audience,
        DateTime? notBefore = null,
        DateTime? expires = null,
        byte[]? key = null,
        string algorithm = SecurityAlgorithms.HmacSha256)
    {
        var now = DateTime.UtcNow;
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Audience = audience,
            IssuedAt = now.AddHours(-2),
            NotBefore = notBefore ?? now.AddHours(-2),
            Expires = expires ?? now.AddHours(1),
            Claims = new Dictionary<string, object> { ["sub"] = user, ["roles"] = roles ?? [], ["permissions"] = permissions ?? [] },
            SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(key ?? _key), algorithm),
        });
        return Remember(token);
    }

    /// <summary>A token without a signature, which says so itself.</summary>
    public string UnsignedToken(string algorithm, string signature)
    {
        var header = Base64UrlEncoder.Encode($$"""{"alg":"{{algorithm}}","typ":"JWT"}""");
        return Remember($"{header}.{Token().Split('.')[1]}.{signature}");
    }

    public async Task<WireClient> ConnectAsync(string token, bool inTheQuery = true)
    {
        var client = inTheQuery
            ? await WireClient.ConnectAsync(Address, "/ws?auth_token=" + token)
            : await WireClient.ConnectAsync(Address, "/ws", token);
        _owned.Add(client);
        await client.GreetingAsync();
        return client;
    }

    /// <summary>A client of the HTTP API.</summary>
    public HttpClient Http(string? token = null)
    {
        var client = new HttpClient { BaseAddress = Address };
        _owned.Add(client);
        client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public Task<HttpResponseMessage> ShipAsync(string token, int orderId) =>
        Http(token).PostAsJsonAsync(new Uri($"/api/orders/{orderId}/ship", UriKind.Relative), new { carrier = "DHL" });

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment(_environment);

        // Not by the factory's own port: it would set it while the sample starts, and sometimes too late.
        builder.UseSetting(WebHostDefaults.ServerUrlsKey, "http://127.0.0.1:0");
        builder.UseSetting("Tokens:Key", Convert.ToBase64String(_key));
        if (_demoLifetime is { } lifetime)
        {
            builder.UseSetting("Tokens:Lifetime", lifetime.ToString());
        }

        builder.UseSetting("Logging:LogLevel:Default", "Trace");
        builder.UseSetting("Logging:LogLevel:Microsoft.AspNetCore", "Trace");
        builder.ConfigureLogging(logging => logging.ClearProviders().AddProvider(Logs));
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var owned in _owned)
        {
            owned.Dispose();
        }

        base.Dispose(disposing);
    }

    private string Remember(string token)
    {
        Tokens.Add(token);
        return token;
    }
}
