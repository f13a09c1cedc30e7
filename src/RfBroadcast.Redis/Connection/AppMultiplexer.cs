using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>
/// The app's own multiplexer, from its services. An app that makes it when it is first asked for may have it throw while Redis is away:
/// then it is asked for again, and the app starts all the same. Thread-safe.
/// </summary>
internal sealed class AppMultiplexer
{
    private readonly Func<IConnectionMultiplexer> _resolve;
    private volatile IConnectionMultiplexer? _known;

    private AppMultiplexer(Func<IConnectionMultiplexer> resolve, IConnectionMultiplexer? known) => (_resolve, _known) = (resolve, known);

    /// <summary>The number of its default database; null as long as it could not be made.</summary>
    public int? Database => _known?.GetDatabase().Database;

    /// <summary>Whether it has a connection.</summary>
    public bool IsConnected => _known?.IsConnected ?? false;

    /// <summary>Looks for it; null when the app has none.</summary>
    /// <remarks>It is made now where it can be: then the container, which ends what it made last first, ends it after the broadcaster.</remarks>
    public static AppMultiplexer? Find(IServiceProvider provider)
    {
        try
        {
            return provider.GetService<IConnectionMultiplexer>() is { } own ? new AppMultiplexer(() => own, own) : null;
        }
        catch (Exception fault) when (IsOfRedis(fault))
        {
            return new AppMultiplexer(provider.GetRequiredService<IConnectionMultiplexer>, known: null);
        }
    }

    /// <summary>Gives it, and makes it where that failed before. What then goes wrong is what the app's code throws.</summary>
    public async Task<IConnectionMultiplexer> GetAsync(CancellationToken cancellationToken)
    {
        // The app's code may block for as long as connecting takes.
        return _known ??= await Task.Run(_resolve, cancellationToken).ConfigureAwait(false);
    }

    private static bool IsOfRedis(Exception? fault) =>
        fault is not null && (fault is RedisConnectionException or TimeoutException || IsOfRedis(fault.InnerException));
}
