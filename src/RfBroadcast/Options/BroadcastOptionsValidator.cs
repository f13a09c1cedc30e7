using System.Globalization;
using Microsoft.Extensions.Options;

namespace RfBroadcast;

/// <summary>Checks <see cref="BroadcastOptions"/> at start; every message names the setting and the cure.</summary>
internal sealed class BroadcastOptionsValidator(IEnumerable<BroadcasterRegistration> broadcasters) : IValidateOptions<BroadcastOptions>
{
    private readonly BroadcasterRegistration[] _broadcasters = [.. broadcasters];

    public ValidateOptionsResult Validate(string? name, BroadcastOptions options)
    {
        var faults = new List<string>();
        Between(faults, nameof(options.MaxPayloadBytes), options.MaxPayloadBytes, 1024, 16 * 1024 * 1024, "bytes");
        Between(faults, nameof(options.PendingMessages), options.PendingMessages, 1, 1_000_000, "messages");
        Between(faults, nameof(options.PendingBytes), options.PendingBytes, 1024, 1024 * 1024 * 1024, "bytes");
        Between(faults, nameof(options.RecoveryBytes), options.RecoveryBytes, 1024, 1024 * 1024 * 1024, "bytes");
        NotNegative(faults, nameof(options.PresenceGrace), options.PresenceGrace);
        NotNegative(faults, nameof(options.IdempotencyWindow), options.IdempotencyWindow);
        if (options.Broadcaster is { } broadcaster && BroadcasterRegistration.Choose(_broadcasters, broadcaster) is null)
        {
            faults.Add(IsRedis(broadcaster)
                ? $"Broadcasting:Broadcaster is \"{broadcaster}\", but Redis was not added: reference the package RfBroadcast.Redis and call AddBroadcasting().UseRedis(...), or set Broadcasting:Broadcaster to \"memory\"."
                : $"Broadcasting:Broadcaster is \"{broadcaster}\", which is not registered; known are {string.Join(", ", _broadcasters.Select(known => known.Name).Distinct(StringComparer.OrdinalIgnoreCase))}. Use one of them, or leave it out.");
        }

        if (!options.OrganizationChannel.Contains("{id}", StringComparison.Ordinal))
        {
            faults.Add($"Broadcasting:OrganizationChannel is \"{options.OrganizationChannel}\"; it must contain {{id}}, as in \"organization.{{id}}\".");
        }
        else if (ChannelName.FindFault("private-" + options.OrganizationChannel.Replace("{id}", "1", StringComparison.Ordinal)) is { } fault)
        {
            faults.Add($"Broadcasting:OrganizationChannel is \"{options.OrganizationChannel}\": {fault}. Use a bare channel name such as \"organization.{{id}}\".");
        }

        if (ChannelName.FindFault(options.SystemAlertsChannel) is { } alertsFault)
        {
            faults.Add($"Broadcasting:SystemAlertsChannel is \"{options.SystemAlertsChannel}\": {alertsFault}. Use a public channel name such as \"system.alerts\".");
        }
        else if (ChannelName.KindOf(options.SystemAlertsChannel) != ChannelKind.Public)
        {
            faults.Add($"Broadcasting:SystemAlertsChannel is \"{options.SystemAlertsChannel}\"; it must be a public channel, without \"private-\" or \"presence-\".");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static bool IsRedis(string name) => string.Equals(name, "redis", StringComparison.OrdinalIgnoreCase);

    private static void Between(List<string> faults, string setting, int value, int least, int most, string unit)
    {
        if (value < least || value > most)
        {
            faults.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"Broadcasting:{setting} is {value}; set it from {least} to {most} {unit}, or leave it out for the default."));
        }
    }

    private static void NotNegative(List<string> faults, string setting, TimeSpan value)
    {
        if (value < TimeSpan.Zero || value > TimeSpan.FromDays(1))
        {
            faults.Add($"Broadcasting:{setting} is {value}; set it from 00:00:00 to 1.00:00:00, or leave it out for the default.");
        }
    }
}
