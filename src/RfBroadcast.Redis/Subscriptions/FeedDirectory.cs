using System.Collections.Concurrent;

namespace RfBroadcast.Redis;

/// <summary>
/// The feeds of this node: one for every channel with local subscribers, made for the first and closed a while after the last one.
/// Thread-safe; channels never wait for each other.
/// </summary>
internal sealed class FeedDirectory(RedisKeys keys, BroadcastOptions broadcasting)
{
    private readonly ConcurrentDictionary<string, ChannelFeed> _feeds = new(StringComparer.Ordinal);

    /// <summary>What feeds share. Set once, before the first feed.</summary>
    public FeedServices Services { get; set; } = null!;

    public int Count => _feeds.Count;

    public IEnumerable<ChannelFeed> Feeds => _feeds.Select(entry => entry.Value);

    public ChannelFeed? Find(Channel channel) => _feeds.GetValueOrDefault(channel.WireName);

    /// <summary>A channel, and what this node has seen of it.</summary>
    public ChannelPlace PlaceOf(Channel channel) => Find(channel)?.Place ?? new ChannelPlace(channel, KeysOf(channel), SettingsOf(channel));

    /// <summary>The feed of a channel, open in this session and held: the caller releases it.</summary>
    /// <exception cref="BroadcasterUnavailableException">Redis cannot be reached.</exception>
    public async ValueTask<ChannelFeed> HoldAsync(Channel channel, RedisSession session)
    {
        while (true)
        {
            var feed = _feeds.GetOrAdd(
                channel.WireName,
                static (_, made) => new ChannelFeed(made.Channel, made.Self.KeysOf(made.Channel), made.Self.SettingsOf(made.Channel), made.Self.Services),
                (Self: this, Channel: channel));
            if (!feed.TryHold())
            {
                await feed.Closed.Task.ConfigureAwait(false);
                Remove(feed);
                continue;
            }

            try
            {
                await feed.OpenAsync(session).ConfigureAwait(false);
                return feed;
            }
            catch
            {
                Release(feed);
                throw;
            }
        }
    }

    /// <summary>Ends a hold.</summary>
    public void Release(ChannelFeed feed)
    {
        feed.Release();
        Look(feed);
    }

    /// <summary>Looks whether a channel's feed is still needed, after somebody has gone.</summary>
    public void Look(Channel channel)
    {
        if (Find(channel) is { } feed)
        {
            Look(feed);
        }
    }

    /// <summary>Compares a feed's position, and looks whether it is still needed.</summary>
    public async Task TouchAsync(ChannelFeed feed, RedisSession session)
    {
        Look(feed);
        if (!feed.IsOrdered)
        {
            return;
        }

        try
        {
            var tops = await Services.Reader.TouchAsync(session, feed.Place).ConfigureAwait(false);
            feed.Observe(tops.Epoch, tops.Order);
        }
        catch (BroadcasterUnavailableException fault)
        {
            Log.TouchFailed(Services.Logger, fault, feed.Channel.WireName); // the probe finds out whether it is more than that
        }
    }

    private void Look(ChannelFeed feed)
    {
        if (feed.IsIdle)
        {
            feed.CloseWhenIdle(Close);
        }
    }

    private void Close(ChannelFeed feed)
    {
        if (feed.TryClose())
        {
            _ = CloseAsync(feed);
        }
    }

    private async Task CloseAsync(ChannelFeed feed)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // off the wheel's thread
        await feed.UnsubscribeAsync().ConfigureAwait(false);
        Remove(feed);
    }

    private void Remove(ChannelFeed feed) => _feeds.TryRemove(new KeyValuePair<string, ChannelFeed>(feed.Channel.WireName, feed));

    private ChannelKeys KeysOf(Channel channel) => keys.Of(channel);

    private ChannelSettings SettingsOf(Channel channel) => broadcasting.Channels.Of(channel);
}
