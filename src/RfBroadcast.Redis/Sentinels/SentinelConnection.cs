using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;

namespace RfBroadcast.Redis;

/// <summary>A connection to one sentinel.</summary>
internal sealed class SentinelConnection : IDisposable
{
    private const string Switch = "+switch-master";

    private readonly TcpClient _client;
    private RespStream? _stream;

    private SentinelConnection() => _client = new TcpClient { NoDelay = true };

    /// <summary>Connects and signs in.</summary>
    public static async Task<SentinelConnection> OpenAsync(SentinelAddress sentinel, SentinelSettings settings, CancellationToken cancellationToken)
    {
        var connection = new SentinelConnection();
        try
        {
            await connection.ConnectAsync(sentinel, settings, cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Asks for the master of a name; null when the sentinel does not know the name.</summary>
    public async Task<SentinelAnswer?> AskAsync(string service, CancellationToken cancellationToken)
    {
        var address = await AskAsync(["SENTINEL", "get-master-addr-by-name", service], cancellationToken).ConfigureAwait(false);
        if (address.ItemText(0) is not { } host || !int.TryParse(address.ItemText(1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return null;
        }

        var details = await AskAsync(["SENTINEL", "MASTER", service], cancellationToken).ConfigureAwait(false);
        var epoch = 0L;
        for (var i = 0; details.ItemText(i + 1) is { } value; i += 2)
        {
            if (details.ItemText(i) == "config-epoch")
            {
                _ = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out epoch);
            }
        }

        return new SentinelAnswer(new SentinelAddress(host, port), epoch);
    }

    /// <summary>Lets the sentinel tell when another server has become a master.</summary>
    public Task<RespReply> SubscribeAsync(CancellationToken cancellationToken) => AskAsync(["SUBSCRIBE", Switch], cancellationToken);

    /// <summary>Waits for the next such message of a name, and asks for a sign of life when there is none for a while.</summary>
    /// <returns>The new master.</returns>
    /// <exception cref="IOException">The connection ended.</exception>
    /// <exception cref="TimeoutException">It has stayed silent.</exception>
    public async Task<SentinelAddress> ReadSwitchAsync(string service, TimeSpan silence, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            var reading = Stream.ReadAsync(cancellationToken);
            try
            {
                await reading.WaitAsync(silence, time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                await Stream.WriteAsync(["PING"], cancellationToken).ConfigureAwait(false);
                await reading.WaitAsync(silence, time, cancellationToken).ConfigureAwait(false);
            }

            // "message", the topic, then: name, former host, former port, host, port.
            var message = await reading.ConfigureAwait(false);
            if (message.ItemText(0) == "message"
                && message.ItemText(2)?.Split(' ') is { Length: 5 } words
                && words[0] == service
                && int.TryParse(words[4], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            {
                return new SentinelAddress(words[3], port);
            }
        }
    }

    public void Dispose()
    {
        _stream?.Dispose();
        _client.Dispose();
    }

    private RespStream Stream => _stream!; // set when it is open

    private async Task ConnectAsync(SentinelAddress sentinel, SentinelSettings settings, CancellationToken cancellationToken)
    {
        await _client.ConnectAsync(sentinel.Host, sentinel.Port, cancellationToken).ConfigureAwait(false);
        Stream stream = _client.GetStream();
        if (settings.IsTls)
        {
            var secure = new SslStream(stream);
            stream = secure;
            _stream = new RespStream(stream);
            await secure.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = settings.TlsHost ?? sentinel.Host }, cancellationToken).ConfigureAwait(false);
        }

        _stream ??= new RespStream(stream);
        if (settings.Password is { } password)
        {
            await AskAsync(settings.User is { } user ? ["AUTH", user, password] : ["AUTH", password], cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<RespReply> AskAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        await Stream.WriteAsync(command, cancellationToken).ConfigureAwait(false);
        var reply = await Stream.ReadAsync(cancellationToken).ConfigureAwait(false);
        return reply is { IsError: true, Text: { } error } && !error.Contains("No such master", StringComparison.Ordinal)
            ? throw new BroadcasterUnavailableException(SentinelFaults.Explain(error), mayHaveBeenSent: false)
            : reply;
    }
}
