using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>
/// Counts what stands in a channel's keys and cannot be read: others than broadcasting write there. Each is said once, and once more when many were said
/// since. Thread-safe.
/// </summary>
internal sealed class UnreadableEntries(RedisMetrics metrics, ILogger logger)
{
    private const int MostRemembered = 1000;

    private readonly ConcurrentDictionary<(string Key, long Entry), bool> _told = new();

    /// <summary>A message of a history.</summary>
    public void Message(RedisKey history, long offset)
    {
        metrics.Unreadable();
        if (IsNews(history!, offset))
        {
            Log.MessageUnreadable(logger, history!, offset);
        }
    }

    /// <summary>A member.</summary>
    public void Member(RedisKey members)
    {
        metrics.Unreadable();
        if (IsNews(members!, entry: 0))
        {
            Log.MemberUnreadable(logger, members!);
        }
    }

    private bool IsNews(string key, long entry)
    {
        if (_told.Count >= MostRemembered)
        {
            _told.Clear();
        }

        return _told.TryAdd((key, entry), value: true);
    }
}
