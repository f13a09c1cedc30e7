using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// How many connections this node, a user and a client address may have, and how fast an address may open them. Loopback
/// and private addresses are those of proxies and are not counted; behind a proxy the app uses ForwardedHeaders, which
/// tells the client's own.
/// </summary>
internal sealed class ConnectionLimits(BroadcastWebSocketOptions options) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, int> _perUser = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<IPAddress, int> _perAddress = new();
    private readonly PartitionedRateLimiter<IPAddress> _handshakes = PartitionedRateLimiter.Create<IPAddress, IPAddress>(address =>
        RateLimitPartition.Get(address, _ => RateLimits.PerSecond(options.HandshakesPerSecondPerAddress, options.HandshakesPerSecondPerAddress)));

    private int _count;

    /// <summary>How many connections there are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes a place for a connection; null and the setting that refused it when there is none.</summary>
    public Place? TryEnter(IPAddress? remote, string? userId, out string? setting)
    {
        var address = CountedAddress(remote);
        if (address is not null && !MayShakeHands(address))
        {
            setting = nameof(options.HandshakesPerSecondPerAddress);
            return null;
        }

        if (Interlocked.Increment(ref _count) > options.MaxConnections)
        {
            Interlocked.Decrement(ref _count);
            setting = nameof(options.MaxConnections);
            return null;
        }

        if (userId is not null && !TryCount(_perUser, userId, options.MaxConnectionsPerUser))
        {
            Interlocked.Decrement(ref _count);
            setting = nameof(options.MaxConnectionsPerUser);
            return null;
        }

        if (address is not null && !TryCount(_perAddress, address, options.MaxConnectionsPerAddress))
        {
            Leave(userId, address: null);
            setting = nameof(options.MaxConnectionsPerAddress);
            return null;
        }

        setting = null;
        return new Place(this, userId, address);
    }

    public ValueTask DisposeAsync() => _handshakes.DisposeAsync();

    /// <summary>The address that counts: an IPv6 client has a whole /64 to choose from.</summary>
    private static IPAddress? CountedAddress(IPAddress? remote)
    {
        if (remote is null || IPAddress.IsLoopback(remote))
        {
            return null;
        }

        var address = remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote;
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            var isPrivate = bytes[0] == 10 || (bytes[0] == 172 && bytes[1] is >= 16 and < 32) || (bytes[0] == 192 && bytes[1] == 168);
            return isPrivate ? null : address;
        }

        if (address.IsIPv6UniqueLocal || address.IsIPv6LinkLocal)
        {
            return null;
        }

        bytes[8..].Clear();
        return new IPAddress(bytes);
    }

    private static bool TryCount<T>(ConcurrentDictionary<T, int> counts, T key, int most)
        where T : notnull
    {
        if (counts.AddOrUpdate(key, 1, static (_, count) => count + 1) <= most)
        {
            return true;
        }

        Uncount(counts, key);
        return false;
    }

    private static void Uncount<T>(ConcurrentDictionary<T, int> counts, T key)
        where T : notnull
    {
        if (counts.AddOrUpdate(key, 0, static (_, count) => count - 1) == 0)
        {
            // Only if it still is zero: somebody may have come meanwhile.
            counts.TryRemove(new KeyValuePair<T, int>(key, 0));
        }
    }

    private bool MayShakeHands(IPAddress address)
    {
        using var lease = _handshakes.AttemptAcquire(address);
        return lease.IsAcquired;
    }

    private void Leave(string? userId, IPAddress? address)
    {
        if (userId is not null)
        {
            Uncount(_perUser, userId);
        }

        if (address is not null)
        {
            Uncount(_perAddress, address);
        }

        Interlocked.Decrement(ref _count); // last: a place that is free by the count is free by all
    }

    /// <summary>A connection's place; disposing it frees the place.</summary>
    public sealed class Place(ConnectionLimits limits, string? userId, IPAddress? address) : IDisposable
    {
        public void Dispose() => limits.Leave(userId, address);
    }
}
