using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace RfBroadcast.Redis;

/// <summary>Where a sentinel is, from <c>host:port</c>; the port is 26379 when it is left out.</summary>
internal sealed record SentinelAddress(string Host, int Port)
{
    private const int DefaultPort = 26379;

    public static bool TryParse(string text, [NotNullWhen(true)] out SentinelAddress? address)
    {
        address = null;
        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? text : text[..colon];
        var port = DefaultPort;
        if (string.IsNullOrWhiteSpace(host)
            || (colon >= 0 && (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535)))
        {
            return false;
        }

        address = new SentinelAddress(host.Trim('[', ']'), port);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
