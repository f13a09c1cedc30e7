using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace RfBroadcast.Redis;

/// <summary>Where a sentinel, or a server that it names, is.</summary>
internal readonly record struct SentinelAddress(string Host, int Port)
{
    /// <summary>Where sentinels listen when nothing else is said.</summary>
    public const int DefaultPort = 26379;

    /// <summary>Reads <c>host:port</c>, <c>host</c>, <c>[::1]:port</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out SentinelAddress address)
    {
        address = default;
        if (string.IsNullOrEmpty(text) || text.AsSpan().IndexOfAny(", /@=") >= 0)
        {
            return false;
        }

        var (host, port) = (text, DefaultPort);
        var colon = text.LastIndexOf(':');
        var isBare = text.IndexOf(':', StringComparison.Ordinal) != colon && text[0] != '['; // an IPv6 address without a port
        if (colon >= 0 && !isBare && !text.EndsWith(']'))
        {
            host = text[..colon];
            if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535)
            {
                return false;
            }
        }

        host = host.Trim('[', ']');
        address = new SentinelAddress(host, port);
        return host.Length > 0;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
}
