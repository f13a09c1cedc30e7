namespace RfBroadcast.Redis;

/// <summary>A reply in the Redis protocol: a text (numbers too), an error, a list, or nothing at all.</summary>
internal sealed record RespReply(string? Text, IReadOnlyList<RespReply>? Items = null, bool IsError = false)
{
    /// <summary>The text of an item of the list; null when there is none.</summary>
    public string? ItemText(int index) => Items is { } items && index < items.Count ? items[index].Text : null;
}
