using System.Buffers;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>Checks <see cref="RedisBroadcastOptions"/> at start; every message names the setting and the cure.</summary>
/// <param name="broadcasting">Says whether another back end was chosen, for which these settings do not count.</param>
internal sealed class RedisBroadcastOptionsValidator(IOptions<BroadcastOptions> broadcasting) : IValidateOptions<RedisBroadcastOptions>
{
    private static readonly SearchValues<char> NotInPrefix = SearchValues.Create("{}*?[]\\ \r\n");

    private static readonly string NoUsers =
        $", but the app's StackExchange.Redis {typeof(ConfigurationOptions).Assembly.GetName().Version} knows no users: reference the package StackExchange.Redis 2.13.23 or later, or give the default user a password instead.";

    public ValidateOptionsResult Validate(string? name, RedisBroadcastOptions options)
    {
        if (!IsChosen())
        {
            return ValidateOptionsResult.Skip;
        }

        var faults = new List<string>();
        CheckServer(faults, options);
        if (string.IsNullOrEmpty(options.Prefix) || options.Prefix.AsSpan().ContainsAny(NotInPrefix))
        {
            faults.Add($"Broadcasting:Redis:Prefix is \"{options.Prefix}\"; it needs at least one character and none of {{ }} * ? [ ] \\ and space, as in \"rf:\".");
        }

        Between(faults, nameof(options.ConnectTimeout), options.ConnectTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        Between(faults, nameof(options.CommandTimeout), options.CommandTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        Between(faults, nameof(options.PublishWait), options.PublishWait, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        Between(faults, nameof(options.Lease), options.Lease, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        Between(faults, nameof(options.Heartbeat), options.Heartbeat, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5));
        Between(faults, nameof(options.UnsubscribeDelay), options.UnsubscribeDelay, TimeSpan.Zero, TimeSpan.FromHours(1));
        Between(faults, nameof(options.KeyLifetime), options.KeyLifetime, TimeSpan.FromSeconds(2), TimeSpan.FromDays(365));
        Between(faults, nameof(options.SurveyTimeout), options.SurveyTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        if (options.Heartbeat * 2 > options.Lease)
        {
            faults.Add($"Broadcasting:Redis:Heartbeat is {options.Heartbeat} and Lease {options.Lease}; a lease must last at least two heartbeats, or one late heartbeat ends it. Use 00:00:03 and 00:00:10, the defaults.");
        }

        if (options.ReceiveBytes is < 1024 * 1024 or > 64L * 1024 * 1024 * 1024)
        {
            faults.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"Broadcasting:Redis:ReceiveBytes is {options.ReceiveBytes}; set it from {1024 * 1024} (1 MiB) to 64 GiB, or leave it out for the default."));
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private bool IsChosen()
    {
        try
        {
            return broadcasting.Value.Broadcaster is not { } chosen || string.Equals(chosen, RedisBroadcastOptions.BroadcasterName, StringComparison.OrdinalIgnoreCase);
        }
        catch (OptionsValidationException)
        {
            return true; // it is said by itself
        }
    }

    private static void CheckServer(List<string> faults, RedisBroadcastOptions options)
    {
        if ((options.ConnectionString is null ? 0 : 1) + (options.Host is null ? 0 : 1) + (options.Sentinels.Count == 0 ? 0 : 1) > 1)
        {
            faults.Add("Broadcasting:Redis has more than one of ConnectionString, Host and Sentinels; keep the one that says where Redis is.");
            return;
        }

        var knowsUsers = KnowsUsers();
        if (options.User is not null && !knowsUsers)
        {
            faults.Add("Broadcasting:Redis:User is set" + NoUsers);
        }

        if (options.ConnectionString is { } text && FindFault(text, knowsUsers) is { } fault)
        {
            faults.Add($"Broadcasting:Redis:ConnectionString cannot be used: {fault} Write it as \"host:6379\", with options of StackExchange.Redis after commas.");
        }

        if (options.Host is { } host && (string.IsNullOrWhiteSpace(host) || host.AsSpan().IndexOfAny(", ") >= 0))
        {
            faults.Add($"Broadcasting:Redis:Host is \"{host}\"; use the name or address of one host, and ConnectionString for several.");
        }
        else if (options.Host?.Contains(':', StringComparison.Ordinal) == true && !IPAddress.TryParse(options.Host, out _))
        {
            faults.Add("Broadcasting:Redis:Host has a colon; use the name or address alone, and Port for the port."); // a URL may hold a password
        }

        CheckSentinels(faults, options);
        if (options.Port != RedisBroadcastOptions.DefaultPort && (options.ConnectionString is not null || options.Sentinels.Count > 0))
        {
            faults.Add("Broadcasting:Redis:Port is that of Host, which is not set; write the port into the ConnectionString or the Sentinels, as in \"host:6379\", or leave it out.");
        }

        if (options.Port is < 1 or > 65535)
        {
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"Broadcasting:Redis:Port is {options.Port}; use a port from 1 to 65535, such as 6379."));
        }

        if (options.Database is < 0 or > 1_000_000)
        {
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"Broadcasting:Redis:Database is {options.Database}; use a database number from 0."));
        }
    }

    private static void CheckSentinels(List<string> faults, RedisBroadcastOptions options)
    {
        foreach (var sentinel in options.Sentinels)
        {
            if (!SentinelAddress.TryParse(sentinel, out _))
            {
                faults.Add($"Broadcasting:Redis:Sentinels has \"{sentinel}\"; write each sentinel as \"host:26379\", one an entry.");
            }
        }

        if (options.Sentinels.Count > 0 && string.IsNullOrWhiteSpace(options.SentinelService))
        {
            faults.Add("Broadcasting:Redis:Sentinels is set without SentinelService; set it to the name that the sentinels monitor the master by, such as \"mymaster\".");
        }

        if (options.Sentinels.Count == 0 && options.SentinelService is not null && !NamesService(options))
        {
            faults.Add("Broadcasting:Redis:SentinelService is set without Sentinels; name the sentinels there, as \"host:26379\".");
        }

        if (options is { SentinelUser: not null, SentinelPassword: null })
        {
            faults.Add("Broadcasting:Redis:SentinelUser is set without SentinelPassword; set both, or leave the user out.");
        }
    }

    private static bool NamesService(RedisBroadcastOptions options) =>
        options.ConnectionString?.Contains("serviceName=", StringComparison.OrdinalIgnoreCase) ?? false;

    private static bool KnowsUsers()
    {
        try
        {
            ConfigurationOptions.Parse("user=x");
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    // The text may hold a password: nothing of it is repeated.
    private static string? FindFault(string connectionString, bool knowsUsers)
    {
        if (!knowsUsers && connectionString.Split(',').Any(static part => part.TrimStart().StartsWith("user=", StringComparison.OrdinalIgnoreCase)))
        {
            return "it has user=" + NoUsers;
        }

        try
        {
            return ConfigurationOptions.Parse(connectionString).EndPoints.Count == 0 ? "it names no host." : null;
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or OverflowException)
        {
            return "StackExchange.Redis does not understand it.";
        }
    }

    private static void Between(List<string> faults, string setting, TimeSpan value, TimeSpan least, TimeSpan most)
    {
        if (value < least || value > most)
        {
            faults.Add($"Broadcasting:Redis:{setting} is {value}; set it from {least} to {most}, or leave it out for the default.");
        }
    }
}
