using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Authorization;

/// <summary>An app with channel authorization, not started: the authorizer is asked directly.</summary>
internal sealed class AuthorizationApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    public AuthorizationApp(Action<IServiceCollection>? services = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.Logging.ClearProviders().AddProvider(Logs).SetMinimumLevel(LogLevel.Trace);
        builder.Services.AddBroadcastingCore();
        ChannelAuthorizationServices.AddChannelAuthorization(builder.Services);
        services?.Invoke(builder.Services);
        _app = builder.Build();
    }

    public static ClaimsPrincipal Anonymous { get; } = new(new ClaimsIdentity());

    public RecordedLogs Logs { get; } = new();

    public IServiceProvider Services => _app.Services;

    public static ClaimsPrincipal SignedIn(string userId, params string[] roles) => new(new ClaimsIdentity(
        [new Claim(ClaimTypes.NameIdentifier, userId), .. roles.Select(role => new Claim(ClaimTypes.Role, role))],
        authenticationType: "test"));

    public BroadcastChannelBuilder Map(string pattern, Delegate handler) => _app.MapBroadcastChannel(pattern, handler);

    public BroadcastChannelBuilder Map(string pattern, IChannelAuth auth) => _app.MapBroadcastChannel(pattern, auth);

    public BroadcastChannelBuilder Map<T>(string pattern)
        where T : class, IChannelAuth => _app.MapBroadcastChannel<T>(pattern);

    /// <summary>Asks for the user with this id; null for nobody signed in.</summary>
    public Task<ChannelDecision> AskAsync(string wireName, string? userId = "7", CancellationToken cancellationToken = default) =>
        AskAsync(wireName, userId is null ? Anonymous : SignedIn(userId), userId, cancellationToken);

    public async Task<ChannelDecision> AskAsync(string wireName, ClaimsPrincipal user, string? userId, CancellationToken cancellationToken = default) =>
        await _app.Services.GetRequiredService<ChannelAuthorizer>()
            .AuthorizeAsync(Channel.Parse(wireName), "1.2", user, userId, cancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
