namespace RfBroadcast;

/// <summary>
/// The settings of channels, by pattern (the language of <see cref="ChannelPattern"/>, on bare names). The first pattern that
/// matches decides. Filled at start; reading is thread-safe once the app runs.
/// </summary>
public sealed class ChannelSettingsCollection
{
    private static readonly ChannelSettings Default = new();

    private readonly List<(ChannelPattern Pattern, ChannelSettings Settings)> _entries = [];

    /// <summary>Says how the channels that match a pattern behave, of any kind: <c>orders.{**id}</c>.</summary>
    /// <returns>The same collection.</returns>
    /// <exception cref="ArgumentException">The pattern is not valid.</exception>
    public ChannelSettingsCollection For(string pattern, Action<ChannelSettings> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var settings = new ChannelSettings();
        configure(settings);
        _entries.Add((ChannelPattern.Parse(pattern), settings));
        return this;
    }

    /// <summary>The settings of one channel; the defaults when no pattern matches.</summary>
    public ChannelSettings Of(Channel channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        foreach (var (pattern, settings) in _entries)
        {
            if (pattern.IsMatch(channel.Name))
            {
                return settings;
            }
        }

        return Default;
    }
}
