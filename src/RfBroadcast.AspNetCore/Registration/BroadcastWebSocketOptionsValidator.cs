using System.Globalization;
using System.IO.Compression;
using Microsoft.Extensions.Options;

namespace RfBroadcast.AspNetCore;

/// <summary>Checks <see cref="BroadcastWebSocketOptions"/> at start; every message names the setting and the cure.</summary>
internal sealed class BroadcastWebSocketOptionsValidator(IOptions<BroadcastOptions> broadcasting) : IValidateOptions<BroadcastWebSocketOptions>
{
    public ValidateOptionsResult Validate(string? name, BroadcastWebSocketOptions options)
    {
        var faults = new List<string>();
        Between(faults, nameof(options.PingInterval), options.PingInterval, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        Between(faults, nameof(options.CloseTimeout), options.CloseTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5));
        Between(faults, nameof(options.AuthorizationTimeout), options.AuthorizationTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5));
        Between(faults, nameof(options.MaxMessageBytes), options.MaxMessageBytes, 1024, 16 * 1024 * 1024);
        Between(faults, nameof(options.QueueBytes), options.QueueBytes, 16 * 1024, 1024 * 1024 * 1024);
        Between(faults, nameof(options.MaxConnections), options.MaxConnections, 1, int.MaxValue);
        Between(faults, nameof(options.MaxConnectionsPerUser), options.MaxConnectionsPerUser, 1, int.MaxValue);
        Between(faults, nameof(options.MaxConnectionsPerAddress), options.MaxConnectionsPerAddress, 1, int.MaxValue);
        Between(faults, nameof(options.HandshakesPerSecondPerAddress), options.HandshakesPerSecondPerAddress, 1, 1_000_000);
        Between(faults, nameof(options.HandshakeTimeout), options.HandshakeTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5));
        Between(faults, nameof(options.IdleTimeout), options.IdleTimeout, TimeSpan.Zero, TimeSpan.FromDays(1));
        Between(faults, nameof(options.MaxChannelsPerConnection), options.MaxChannelsPerConnection, 1, 100_000);
        Between(faults, nameof(options.MaxClientEventBytes), options.MaxClientEventBytes, 1, 16 * 1024 * 1024);
        Between(faults, nameof(options.ClientEventsPerSecond), options.ClientEventsPerSecond, 1, 100_000);
        Between(faults, nameof(options.MaxErrors), options.MaxErrors, 1, 1_000_000);
        if (!Enum.IsDefined(options.SocketPath))
        {
            faults.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{BroadcastWebSocketOptions.SectionName}:{nameof(options.SocketPath)} is {options.SocketPath:D}; set it to {SocketPath.Auto} or {SocketPath.Off}."));
        }

        Between(faults, $"Compression:{nameof(options.Compression.MinBytes)}", options.Compression.MinBytes, 1, 16 * 1024 * 1024);
        if (options.Compression.Level is not (CompressionLevel.Fastest or CompressionLevel.Optimal or CompressionLevel.SmallestSize))
        {
            faults.Add($"{BroadcastCompressionOptions.SectionName}:{nameof(options.Compression.Level)} is {options.Compression.Level}; set it to Fastest, Optimal or SmallestSize, or switch compression off by {nameof(options.Compression.Enabled)}.");
        }

        if (broadcasting.Value.MaxPayloadBytes > options.QueueBytes / 2)
        {
            faults.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{BroadcastWebSocketOptions.SectionName}:{nameof(options.QueueBytes)} is {options.QueueBytes}, less than twice Broadcasting:MaxPayloadBytes ({broadcasting.Value.MaxPayloadBytes}); raise the first or lower the second, or one event could fill a queue."));
        }

        foreach (var origin in options.AllowedOrigins)
        {
            if (origin != "*" && !OriginPolicy.TryReadHost(origin, out _, out _))
            {
                faults.Add($"{BroadcastWebSocketOptions.SectionName}:{nameof(options.AllowedOrigins)} has \"{origin}\"; give a host name such as \"app.example.com\", with a port or without, or \"*\".");
            }
        }

        if (options.UserIdClaimTypes.Count == 0 || options.UserIdClaimTypes.Any(string.IsNullOrWhiteSpace))
        {
            faults.Add($"{BroadcastWebSocketOptions.SectionName}:{nameof(options.UserIdClaimTypes)} is empty or has an empty entry; name at least one claim type, such as \"sub\".");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void Between<T>(List<string> faults, string setting, T value, T least, T most)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
        {
            faults.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{BroadcastWebSocketOptions.SectionName}:{setting} is {value}; set it from {least} to {most}, or leave it out for the default."));
        }
    }
}
