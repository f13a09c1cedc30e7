using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>Makes multiplexers as the options say, or hands out the app's own.</summary>
/// <param name="options">Where Redis is.</param>
/// <param name="shared">The app's own multiplexer; null when there is none, or when the options name a server.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class RedisConnector(RedisBroadcastOptions options, AppMultiplexer? shared, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly SentinelGroup? _sentinels =
        shared is null && SentinelSettings.From(options, Parse(options)) is { } settings ? new SentinelGroup(settings, time, logger) : null;

    private static readonly Task Never = new TaskCompletionSource().Task;

    /// <summary>Whether multiplexers are made and replaced here; the app's own is left alone.</summary>
    public bool IsOwner => shared is null;

    /// <summary>The database's number, wherever it is said. The names of pub/sub channels have it, so it must be the same for good.</summary>
    public int Database { get; } = options.Database ?? (shared is null ? Parse(options).DefaultDatabase : shared.Database) ?? 0;

    /// <summary>How long connecting may take in all: the client's own time-out counts from each step.</summary>
    public TimeSpan Limit => options.ConnectTimeout * (_sentinels is null ? 2 : 3);

    /// <summary>Completes when the sentinels name another master than the one that was last connected to; without sentinels never.</summary>
    public Task Moved => _sentinels?.Moved ?? Never;

    /// <summary>The end points in words, for people; never with a password.</summary>
    public string Describe() => this switch
    {
        { _sentinels: { } sentinels } => sentinels.Describe(),
        { IsOwner: false } => "the app's own IConnectionMultiplexer",
        _ => string.Join(", ", Configure().EndPoints.Select(endPoint => SentinelSettings.AddressOf(endPoint, RedisBroadcastOptions.DefaultPort).ToString())),
    };

    /// <summary>Says what to do about a connection that could not be made.</summary>
    public BroadcasterUnavailableException Explain(Exception fault)
    {
        if (fault is BroadcasterUnavailableException known)
        {
            return known;
        }

        var words = WordsOf(fault);
        if (shared is not null)
        {
            return ExplainAppsOwn(fault, words);
        }

        var text = (SignInFault(words) ?? RedisFaults.FindCure(words)) is { } cure
            ? $"{cure} ({Describe()})"
            : $"Redis at {Describe()} cannot be reached: check {Setting}, and that it runs there and lets this machine in. ({fault.Message})";
        return new BroadcasterUnavailableException(text, mayHaveBeenSent: false, fault);
    }

    /// <summary>Says what to do about a connection that does not work, or works no longer.</summary>
    public BroadcasterUnavailableException ExplainLoss(Exception fault)
    {
        var told = RedisFaults.Translate(fault, isWrite: false);
        if (shared is null)
        {
            return told;
        }

        // Later clients say nothing of a connection that they do not get: they let commands wait for it.
        var cause = told.InnerException as RedisException ?? (shared.IsConnected ? null : (Exception)told);
        return cause is null ? told : ExplainAppsOwn(cause, WordsOf(cause));
    }

    /// <summary>Connects.</summary>
    /// <exception cref="BroadcasterUnavailableException">The sentinels do not name a master. Whatever else goes wrong is what the client throws.</exception>
    public async Task<IConnectionMultiplexer> ConnectAsync(CancellationToken cancellationToken)
    {
        if (shared is not null)
        {
            var own = await shared.GetAsync(cancellationToken).ConfigureAwait(false);
            CheckDatabase(own.GetDatabase().Database);
            return own;
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

    // What our settings say about the server does not count then.
    private static BroadcasterUnavailableException ExplainAppsOwn(Exception fault, string words)
    {
        var text = RedisFaults.FindCure(words, isAppsOwn: true) ?? fault switch
        {
            RedisServerException => RedisFaults.Explain(fault.Message),
            _ when IsSignInFault(words) => "Redis does not let the app's own IConnectionMultiplexer sign in: " + RedisFaults.AppsOwnRemedy,
            RedisException or TimeoutException or BroadcasterUnavailableException => "Redis cannot be reached by the app's own IConnectionMultiplexer: " + RedisFaults.AppsOwnRemedy,
            _ => $"The app's own IConnectionMultiplexer cannot be had from its services: {fault.Message}",
        };
        return new BroadcasterUnavailableException(text, mayHaveBeenSent: false, fault);
    }

    // The client wraps what the server said, or only says that it did not sign in.
    private static string WordsOf(Exception fault)
    {
        var words = new StringBuilder();
        for (var one = fault; one is not null; one = one.InnerException)
        {
            words.Append(words.Length == 0 ? "" : " ").Append(one.Message);
        }

        return words.ToString();
    }

    private static bool IsSignInFault(string words) => words.Contains(nameof(ConnectionFailureType.AuthenticationFailure), StringComparison.Ordinal);

    private void CheckDatabase(int own)
    {
        if (options.Database is null && own != Database)
        {
            throw new BroadcasterUnavailableException(
                string.Create(CultureInfo.InvariantCulture, $"The app's own IConnectionMultiplexer could not be made when the app started, and its default database is {own}: set Broadcasting:Redis:Database to {own}, so that it is known from the start."),
                mayHaveBeenSent: false);
        }
    }

    // The oldest client says no more than that. It calls it the same when TLS fails.
    private string? SignInFault(string words)
    {
        var configuration = Parse(options);
        return IsSignInFault(words) && !configuration.Ssl
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
