using Microsoft.Extensions.Configuration;

namespace RfBroadcast;

/// <summary>
/// What of <see cref="BroadcastOptions"/> can come from configuration. A class of its own, because the source-generated binder
/// (needed for trimmed apps) would otherwise try to bind the JSON settings too.
/// </summary>
internal sealed class BroadcastSettings
{
    public string? Broadcaster { get; set; }

    public int? MaxPayloadBytes { get; set; }

    public int? PendingMessages { get; set; }

    public int? PendingBytes { get; set; }

    public int? RecoveryBytes { get; set; }

    public TimeSpan? PresenceGrace { get; set; }

    public TimeSpan? IdempotencyWindow { get; set; }

    public IList<string>? Drivers { get; set; }

    public string? OrganizationChannel { get; set; }

    public string? SystemAlertsChannel { get; set; }

    /// <summary>Sets what the configuration states.</summary>
    public static void Apply(IConfiguration? configuration, BroadcastOptions options)
    {
        if (configuration?.GetSection(BroadcastOptions.SectionName).Get<BroadcastSettings>() is not { } settings)
        {
            return;
        }

        options.Broadcaster = settings.Broadcaster ?? options.Broadcaster;
        options.MaxPayloadBytes = settings.MaxPayloadBytes ?? options.MaxPayloadBytes;
        options.PendingMessages = settings.PendingMessages ?? options.PendingMessages;
        options.PendingBytes = settings.PendingBytes ?? options.PendingBytes;
        options.RecoveryBytes = settings.RecoveryBytes ?? options.RecoveryBytes;
        options.PresenceGrace = settings.PresenceGrace ?? options.PresenceGrace;
        options.IdempotencyWindow = settings.IdempotencyWindow ?? options.IdempotencyWindow;
        options.Drivers = settings.Drivers ?? options.Drivers;
        options.OrganizationChannel = settings.OrganizationChannel ?? options.OrganizationChannel;
        options.SystemAlertsChannel = settings.SystemAlertsChannel ?? options.SystemAlertsChannel;
    }
}
