using System.Text;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>Makes multiplexers as the options say, or hands out the app's own.</summary>
/// <param name="options">Where Redis is.</param>
/// <param name="shared">Gives the app's own multiplexer; null when there is none, or when the options name a server.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class RedisConnector(RedisBroadcastOptions options, Func<IConnectionMultiplexer>? shared, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private const int DefaultPort = 6379;

    private readonly SentinelGroup? _sentinels =
        shared is null && SentinelSettings.From(options, Parse(options)) is { } settings ? new SentinelGroup(settings, time, logger) : null;

    private static readonly Task Never = new TaskCompletionSource().Task;

    /// <summary>Whether multiplexers are made and replaced here; the app's own is left alone.</summary>
    public bool IsOwner => shared is null;

    /// <summary>The number for <c>GetDatabase</c>: -1 is what the multiplexer has as its default.</summary>
    public int Database => options.Database ?? -1;

    /// <summary>How long connecting may take in all: the client's own time-out counts from each step.</summary>
    public TimeSpan Limit => options.ConnectTimeout * (_sentinels is null ? 2 : 3);

    /// <summary>Completes when the sentinels name another master than the one that was last connected to; without sentinels never.</summary>
    public Task Moved => _sentinels?.Moved ?? Never;

    /// <summary>The end points in words, for people; never with a password.</summary>
    public string Describe() => this switch
    {
        { _sentinels: { } sentinels } => sentinels.Describe(),
        { IsOwner: false } => "the app's own IConnectionMultiplexer",
        _ => string.Join(", ", Configure().EndPoints.Select(endPoint => SentinelSettings.AddressOf(endPoint, DefaultPort).ToString())),
    };

    /// <summary>Says what to do about a connection that could not be made.</summary>
    public BroadcasterUnavailableException Explain(Exception fault)
    {
        if (fault is BroadcasterUnavailableException known)
        {
            return known;
        }

        // The client wraps what the server said, or only says that it did not sign in.
        var words = new StringBuilder();
        for (var one = fault; one is not null; one = one.InnerException)
        {
            words.Append(words.Length == 0 ? "" : " ").Append(one.Message);
        }

        var text = (SignInFault(words.ToString()) ?? RedisFaults.FindCure(words.ToString())) is { } cure
            ? $"{cure} ({Describe()})"
            : $"Redis at {Describe()} cannot be reached: check {Setting}, and that it runs there and lets this machine in. ({fault.Message})";
        return new BroadcasterUnavailableException(text, mayHaveBeenSent: false, fault);
    }

    /// <summary>Connects.</summary>
    /// <exception cref="BroadcasterUnavailableException">The sentinels do not name a master. Whatever else goes wrong is what the client throws.</exception>
    public async Task<IConnectionMultiplexer> ConnectAsync(CancellationToken cancellationToken)
    {
        if (shared is not null)
        {
            return shared();
        }

        var configuration = Configure();
        if (_sentinels is not null)
        {
            var master = await _sentinels.FindAsync(cancellationToken).ConfigureAwait(false);
            configuration.EndPoints.Clear();
            configuration.EndPoints.Add(master.Host, master.Port);
            configuration.ServiceName = null; // later clients would ask the sentinels themselves
        }

        return await ConnectionMultiplexer.ConnectAsync(configuration).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _sentinels?.DisposeAsync() ?? default;

    // The oldest client says no more than that. It calls it the same when TLS fails.
    private string? SignInFault(string words)
    {
        var configuration = Parse(options);
        return words.Contains(nameof(ConnectionFailureType.AuthenticationFailure), StringComparison.Ordinal) && !configuration.Ssl
            ? RedisFaults.FindCure(string.IsNullOrEmpty(configuration.Password) ? "NOAUTH" : "WRONGPASS")
            : null;
    }

    private string Setting
    {
        get
        {
            var place = options switch
            {
                { ConnectionString: not null } => "Broadcasting:Redis:ConnectionString",
                _ when _sentinels is not null => "the server that the sentinels name",
                _ => "Broadcasting:Redis:Host and Port",
            };
            return Parse(options).Ssl ? $"{place}, that it speaks TLS (Broadcasting:Redis:Tls) with a certificate that is trusted" : place;
        }
    }

    private ConfigurationOptions Configure()
    {
        var configuration = Parse(options);
        if (configuration.EndPoints.Count == 0)
        {
            configuration.EndPoints.Add(options.Host ?? "localhost", options.Port);
        }

        configuration.AbortOnConnectFail = true;
        configuration.AllowAdmin = true; // for INFO, since version 3 of the client
        configuration.ConnectRetry = 1;
        configuration.ConnectTimeout = (int)options.ConnectTimeout.TotalMilliseconds;
        configuration.SyncTimeout = (int)options.CommandTimeout.TotalMilliseconds;
        configuration.ClientName ??= "RfBroadcast";
        configuration.DefaultDatabase = options.Database ?? configuration.DefaultDatabase;
        return configuration;
    }

    private static ConfigurationOptions Parse(RedisBroadcastOptions options)
    {
        var configuration = Text(options) is { } text ? ConfigurationOptions.Parse(text) : new ConfigurationOptions();
        configuration.Password = options.Password ?? configuration.Password;
        configuration.Ssl = options.Tls ?? configuration.Ssl;
        return configuration;
    }

    // The oldest client has no member for a user; newer ones understand the text.
    private static string? Text(RedisBroadcastOptions options) => options switch
    {
        { ConnectionString: { } text, User: { } user } => $"{text},user={user}",
        { User: { } user } => "user=" + user,
        _ => options.ConnectionString,
    };
}
