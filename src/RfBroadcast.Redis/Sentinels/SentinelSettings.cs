using System.Net;
using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>Which sentinels to ask for which master, and how to get to them.</summary>
/// <param name="Sentinels">The sentinels.</param>
/// <param name="Service">The name that they know the master by.</param>
/// <param name="User">The user at the sentinels, or null.</param>
/// <param name="Password">The password at the sentinels, or null.</param>
/// <param name="IsTls">Whether they are spoken to with TLS.</param>
/// <param name="TlsHost">The name that their certificates are for; null for their host names.</param>
/// <param name="Timeout">How long one may take to answer.</param>
internal sealed record SentinelSettings(
    IReadOnlyList<SentinelAddress> Sentinels,
    string Service,
    string? User,
    string? Password,
    bool IsTls,
    string? TlsHost,
    TimeSpan Timeout)
{
    /// <summary>Takes them from checked options, or from a connection string with a <c>serviceName</c>, whose hosts are sentinels then.</summary>
    /// <returns>Null when no sentinels are named.</returns>
    public static SentinelSettings? From(RedisBroadcastOptions options, ConfigurationOptions client)
    {
        var sentinels = new List<SentinelAddress>();
        foreach (var text in options.Sentinels)
        {
            sentinels.Add(SentinelAddress.TryParse(text, out var address) ? address : throw new FormatException(text));
        }

        var service = options.SentinelService ?? client.ServiceName;
        if (sentinels.Count == 0 && !string.IsNullOrEmpty(client.ServiceName))
        {
            foreach (var endPoint in client.EndPoints)
            {
                sentinels.Add(AddressOf(endPoint, SentinelAddress.DefaultPort));
            }
        }

        return sentinels.Count == 0 || string.IsNullOrEmpty(service)
            ? null
            : new SentinelSettings(sentinels, service, options.SentinelUser, options.SentinelPassword, client.Ssl, client.SslHost, options.ConnectTimeout);
    }

    /// <summary>An end point of the client's, as an address; the client has 0 for a port that was not written.</summary>
    public static SentinelAddress AddressOf(EndPoint endPoint, int defaultPort)
    {
        var (host, port) = endPoint switch
        {
            DnsEndPoint dns => (dns.Host, dns.Port),
            IPEndPoint ip => (ip.Address.ToString(), ip.Port),
            _ => throw new FormatException(endPoint.ToString()),
        };
        return new SentinelAddress(host, port == 0 ? defaultPort : port);
    }
}
