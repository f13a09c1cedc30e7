using System.Globalization;
using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>Makes multiplexers as the options say, or hands out the app's own.</summary>
/// <param name="options">Where Redis is.</param>
/// <param name="shared">Gives the app's own multiplexer; null when there is none, or when the options name a server.</param>
internal sealed class RedisConnector(RedisBroadcastOptions options, Func<IConnectionMultiplexer>? shared)
{
    private const int DefaultPort = 6379;

    /// <summary>Whether multiplexers are made and replaced here; the app's own is left alone.</summary>
    public bool IsOwner => shared is null;

    /// <summary>The number for <c>GetDatabase</c>: -1 is what the multiplexer has as its default.</summary>
    public int Database => options.Database ?? -1;

    /// <summary>The end points in words, for people; never with a password.</summary>
    public string Describe() => shared is not null
        ? "the app's own IConnectionMultiplexer"
        : string.Join(", ", Configure().EndPoints.Select(endPoint => endPoint.ToString()));

    /// <summary>Connects.</summary>
    /// <exception cref="BroadcasterUnavailableException">It cannot be reached, or refuses.</exception>
    public async Task<IConnectionMultiplexer> ConnectAsync()
    {
        if (shared is not null)
        {
            return shared();
        }

        return await ConnectionMultiplexer.ConnectAsync(Configure()).ConfigureAwait(false);
    }

    private ConfigurationOptions Configure()
    {
        var configuration = Parse();
        if (configuration.EndPoints.Count == 0)
        {
            configuration.EndPoints.Add(options.Host ?? "localhost", options.Port);
        }

        configuration.AbortOnConnectFail = true;
        configuration.ConnectRetry = 1;
        configuration.ConnectTimeout = (int)options.ConnectTimeout.TotalMilliseconds;
        configuration.SyncTimeout = (int)options.CommandTimeout.TotalMilliseconds;
        configuration.ClientName ??= "RfBroadcast";
        configuration.Password = options.Password ?? configuration.Password;
        configuration.DefaultDatabase = options.Database ?? configuration.DefaultDatabase;
        configuration.Ssl = options.Tls ?? configuration.Ssl;
        return configuration;
    }

    private ConfigurationOptions Parse()
    {
        if (options.ConnectionString is not { } text)
        {
            // The oldest client has no member for a user; newer ones understand the text.
            return options.User is { } user ? ConfigurationOptions.Parse("user=" + user) : new ConfigurationOptions();
        }

        return ConfigurationOptions.Parse(options.User is { } added ? string.Create(CultureInfo.InvariantCulture, $"{text},user={added}") : text);
    }
}
