using Microsoft.Extensions.Configuration;

namespace RfBroadcast.AspNetCore;

/// <summary>What of <see cref="BroadcastWebSocketOptions"/> the configuration states; lists replace, they do not add.</summary>
internal sealed class BroadcastWebSocketSettings
{
    public TimeSpan? PingInterval { get; set; }

    public int? MaxMessageBytes { get; set; }

    public int? QueueBytes { get; set; }

    public SocketPath? SocketPath { get; set; }

    public BroadcastCompressionSettings? Compression { get; set; }

    public TimeSpan? CloseTimeout { get; set; }

    public int? MaxConnections { get; set; }

    public int? MaxConnectionsPerUser { get; set; }

    public int? MaxConnectionsPerAddress { get; set; }

    public int? HandshakesPerSecondPerAddress { get; set; }

    public TimeSpan? HandshakeTimeout { get; set; }

    public TimeSpan? IdleTimeout { get; set; }

    public int? MaxChannelsPerConnection { get; set; }

    public int? MaxClientEventBytes { get; set; }

    public int? ClientEventsPerSecond { get; set; }

    public int? MaxErrors { get; set; }

    public TimeSpan? AuthorizationTimeout { get; set; }

    public IList<string>? AllowedOrigins { get; set; }

    public IList<string>? UserIdClaimTypes { get; set; }

    /// <summary>Sets what the configuration states.</summary>
    public static void Apply(IConfiguration? configuration, BroadcastWebSocketOptions options)
    {
        if (configuration?.GetSection(BroadcastWebSocketOptions.SectionName).Get<BroadcastWebSocketSettings>() is not { } settings)
        {
            return;
        }

        options.PingInterval = settings.PingInterval ?? options.PingInterval;
        options.MaxMessageBytes = settings.MaxMessageBytes ?? options.MaxMessageBytes;
        options.QueueBytes = settings.QueueBytes ?? options.QueueBytes;
        options.SocketPath = settings.SocketPath ?? options.SocketPath;
        settings.Compression?.Apply(options.Compression);
        options.CloseTimeout = settings.CloseTimeout ?? options.CloseTimeout;
        options.MaxConnections = settings.MaxConnections ?? options.MaxConnections;
        options.MaxConnectionsPerUser = settings.MaxConnectionsPerUser ?? options.MaxConnectionsPerUser;
        options.MaxConnectionsPerAddress = settings.MaxConnectionsPerAddress ?? options.MaxConnectionsPerAddress;
        options.HandshakesPerSecondPerAddress = settings.HandshakesPerSecondPerAddress ?? options.HandshakesPerSecondPerAddress;
        options.HandshakeTimeout = settings.HandshakeTimeout ?? options.HandshakeTimeout;
        options.IdleTimeout = settings.IdleTimeout ?? options.IdleTimeout;
        options.MaxChannelsPerConnection = settings.MaxChannelsPerConnection ?? options.MaxChannelsPerConnection;
        options.MaxClientEventBytes = settings.MaxClientEventBytes ?? options.MaxClientEventBytes;
        options.ClientEventsPerSecond = settings.ClientEventsPerSecond ?? options.ClientEventsPerSecond;
        options.MaxErrors = settings.MaxErrors ?? options.MaxErrors;
        options.AuthorizationTimeout = settings.AuthorizationTimeout ?? options.AuthorizationTimeout;
        options.AllowedOrigins = settings.AllowedOrigins ?? options.AllowedOrigins;
        options.UserIdClaimTypes = settings.UserIdClaimTypes ?? options.UserIdClaimTypes;
    }
}
