using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace RfBroadcast.Redis;

/// <summary>What of <see cref="RedisBroadcastOptions"/> the configuration states; lists replace, they do not add.</summary>
internal sealed class RedisBroadcastSettings
{
    public string? ConnectionString { get; set; }

    public string? Host { get; set; }

    public int? Port { get; set; }

    public IList<string>? Sentinels { get; set; }

    public string? SentinelService { get; set; }

    public string? SentinelUser { get; set; }

    public string? SentinelPassword { get; set; }

    public string? User { get; set; }

    public string? Password { get; set; }

    public int? Database { get; set; }

    public bool? Tls { get; set; }

    public string? Prefix { get; set; }

    public TimeSpan? ConnectTimeout { get; set; }

    public TimeSpan? CommandTimeout { get; set; }

    public TimeSpan? PublishWait { get; set; }

    public TimeSpan? Lease { get; set; }

    public TimeSpan? Heartbeat { get; set; }

    public TimeSpan? UnsubscribeDelay { get; set; }

    public TimeSpan? KeyLifetime { get; set; }

    public long? ReceiveBytes { get; set; }

    public TimeSpan? SurveyTimeout { get; set; }

    /// <summary>Sets what the configuration states.</summary>
    public static void Apply(IConfiguration? configuration, RedisBroadcastOptions options)
    {
        if (configuration?.GetSection(RedisBroadcastOptions.SectionName) is not { } section)
        {
            return;
        }

        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            // It would be passed over, and may hold a password: it is not repeated.
            throw new OptionsValidationException(
                RedisBroadcastOptions.SectionName,
                typeof(RedisBroadcastOptions),
                ["Broadcasting:Redis is a text and must be a section: put it into Broadcasting:Redis:ConnectionString, as \"host:6379\"."]);
        }

        if (section.Get<RedisBroadcastSettings>() is not { } settings)
        {
            return;
        }

        options.ConnectionString = settings.ConnectionString ?? options.ConnectionString;
        options.Host = settings.Host ?? options.Host;
        options.Port = settings.Port ?? options.Port;
        options.Sentinels = settings.Sentinels ?? options.Sentinels;
        options.SentinelService = settings.SentinelService ?? options.SentinelService;
        options.SentinelUser = settings.SentinelUser ?? options.SentinelUser;
        options.SentinelPassword = settings.SentinelPassword ?? options.SentinelPassword;
        options.User = settings.User ?? options.User;
        options.Password = settings.Password ?? options.Password;
        options.Database = settings.Database ?? options.Database;
        options.Tls = settings.Tls ?? options.Tls;
        options.Prefix = settings.Prefix ?? options.Prefix;
        options.ConnectTimeout = settings.ConnectTimeout ?? options.ConnectTimeout;
        options.CommandTimeout = settings.CommandTimeout ?? options.CommandTimeout;
        options.PublishWait = settings.PublishWait ?? options.PublishWait;
        options.Lease = settings.Lease ?? options.Lease;
        options.Heartbeat = settings.Heartbeat ?? options.Heartbeat;
        options.UnsubscribeDelay = settings.UnsubscribeDelay ?? options.UnsubscribeDelay;
        options.KeyLifetime = settings.KeyLifetime ?? options.KeyLifetime;
        options.ReceiveBytes = settings.ReceiveBytes ?? options.ReceiveBytes;
        options.SurveyTimeout = settings.SurveyTimeout ?? options.SurveyTimeout;
    }
}
