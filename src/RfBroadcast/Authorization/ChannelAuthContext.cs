using System.Security.Claims;

namespace RfBroadcast;

/// <summary>Who asks to subscribe to what. Immutable; made for one decision.</summary>
public sealed class ChannelAuthContext
{
    /// <summary>The channel asked for.</summary>
    public required Channel Channel { get; init; }

    /// <summary>The connection that asks.</summary>
    public required string ConnectionId { get; init; }

    /// <summary>The connection's principal; without a user it is not authenticated.</summary>
    public required ClaimsPrincipal User { get; init; }

    /// <summary>The id of its user, or null.</summary>
    public string? UserId { get; init; }

    /// <summary>The values of the parameters of the pattern that matched, by name.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Services in a scope of this one decision.</summary>
    public required IServiceProvider Services { get; init; }
}
