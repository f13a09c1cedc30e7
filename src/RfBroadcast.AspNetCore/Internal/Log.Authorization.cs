using Microsoft.Extensions.Logging;

namespace RfBroadcast.AspNetCore;

/// <summary>Authorization, tokens and the client: 2100 to 2199. Never a token.</summary>
internal static partial class Log
{
    [LoggerMessage(2100, LogLevel.Information, "Nothing grants {Channel} to connection {ConnectionId}. Patterns tried: {Patterns}")]
    public static partial void NothingGrants(ILogger logger, string channel, string connectionId, string patterns);

    [LoggerMessage(2101, LogLevel.Information, "{Channel} was denied to connection {ConnectionId} by the pattern {Pattern}: {Reason}")]
    public static partial void Denied(ILogger logger, string channel, string connectionId, string pattern, string reason);

    [LoggerMessage(2102, LogLevel.Information, "The public channel {Channel} was denied to connection {ConnectionId}, because its name matches the pattern {Pattern} of private and presence channels; AllowPublic() would open it")]
    public static partial void PublicNameIsMapped(ILogger logger, string channel, string connectionId, string pattern);

    [LoggerMessage(2103, LogLevel.Error, "The authorization of {Channel} for connection {ConnectionId} by the pattern {Pattern} failed, so it was denied")]
    public static partial void HandlerFailed(ILogger logger, Exception exception, string channel, string connectionId, string pattern);

    [LoggerMessage(2104, LogLevel.Information, "The handler of the pattern {Pattern} could not be called for {Channel}: {Fault}")]
    public static partial void HandlerNotBound(ILogger logger, string channel, string pattern, string fault);

    [LoggerMessage(2110, LogLevel.Warning, "A handshake brought a token, but the app has no authentication scheme, so it was refused (401). Call builder.Services.AddAuthentication() with a scheme that reads the Authorization header")]
    public static partial void NoAuthentication(ILogger logger);

    [LoggerMessage(2111, LogLevel.Information, "A handshake's token was refused (401): {Failure}")]
    public static partial void TokenRefused(ILogger logger, string failure);

    [LoggerMessage(2112, LogLevel.Information, "A handshake brought a token that no scheme read, so it was refused (401). The scheme that reads the Authorization header must be the default one, or the end point must require a policy with it")]
    public static partial void TokenNotRead(ILogger logger);

    [LoggerMessage(2113, LogLevel.Error, "A handshake's auth_token was still in the query string, so it was refused (401). The app replaced IHttpContextFactory after AddBroadcasting(); replace it before")]
    public static partial void TokenLeftInQuery(ILogger logger);
}
