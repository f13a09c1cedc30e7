using System.Globalization;

namespace RfBroadcast;

/// <summary>An event's JSON is larger than <see cref="BroadcastOptions.MaxPayloadBytes"/>; nothing was sent.</summary>
public sealed class PayloadTooLargeException : BroadcastException
{
    /// <summary>Makes the exception.</summary>
    public PayloadTooLargeException(string eventName, int size, int limit)
        : base(string.Create(
            CultureInfo.InvariantCulture,
            $"The event \"{eventName}\" has {size} bytes of JSON, over the limit of {limit}. Send less (an id the client can fetch), or raise Broadcasting:MaxPayloadBytes."))
    {
        EventName = eventName;
        Size = size;
        Limit = limit;
    }

    /// <summary>The event's name.</summary>
    public string EventName { get; }

    /// <summary>The size of its JSON, in bytes.</summary>
    public int Size { get; }

    /// <summary>The limit, in bytes.</summary>
    public int Limit { get; }
}
