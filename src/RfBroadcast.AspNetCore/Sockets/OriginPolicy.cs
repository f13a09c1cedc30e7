using Microsoft.AspNetCore.Http;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Which pages may connect. A browser states the page's origin and lets any page connect to any server (RFC 6455, section
/// 10.2), so the server must look. By host name: ports count only when the request's Host has one, the scheme never, so that
/// a proxy that ends TLS works. Clients that are no browser send no origin.
/// </summary>
internal sealed class OriginPolicy
{
    private readonly bool _allowsAll;
    private readonly List<(string Host, int? Port)> _allowed = [];

    public OriginPolicy(IEnumerable<string> allowedOrigins)
    {
        foreach (var origin in allowedOrigins)
        {
            _allowsAll |= origin == "*";
            if (TryReadHost(origin, out var host, out var port))
            {
                _allowed.Add((host, port));
            }
        }
    }

    /// <summary>Reads <c>host</c>, <c>host:port</c> or <c>scheme://host:port</c>; an origin's default port is none.</summary>
    public static bool TryReadHost(string origin, out string host, out int? port)
    {
        host = string.Empty;
        port = null;
        var hasScheme = origin.Contains("://", StringComparison.Ordinal);
        if (!Uri.TryCreate(hasScheme ? origin : "http://" + origin, UriKind.Absolute, out var uri)
            || uri.Host.Length == 0
            || uri.PathAndQuery != "/")
        {
            return false;
        }

        host = uri.Host;
        port = uri.IsDefaultPort ? null : uri.Port;
        return true;
    }

    public bool Allows(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        if (origin.Length == 0 || _allowsAll)
        {
            return true;
        }

        return TryReadHost(origin, out var host, out var port)
            && (IsOwn(request.Host, host, port) || _allowed.Exists(allowed => IsSame(allowed.Host, host) && (allowed.Port is null || allowed.Port == port)));
    }

    private static bool IsOwn(HostString own, string host, int? port) => IsSame(own.Host, host) && (own.Port is null || own.Port == port);

    private static bool IsSame(string left, string right) => string.Equals(left.Trim('[', ']'), right.Trim('[', ']'), StringComparison.OrdinalIgnoreCase);
}
