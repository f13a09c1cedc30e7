using System.Text.Json.Serialization;

namespace RfBroadcast.Redis;

/// <summary>What a <see cref="ControlMessage"/> is about.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ControlKind>))]
internal enum ControlKind
{
    /// <summary>The answer to a request.</summary>
    Answer,

    /// <summary>A process to itself: whether what it publishes comes back.</summary>
    Probe,

    /// <summary>Disconnect a connection, or all of a user.</summary>
    Disconnect,

    /// <summary>Send an event to one connection.</summary>
    Send,

    /// <summary>Unsubscribe a connection from a channel.</summary>
    Unsubscribe,

    /// <summary>Who is subscribed to a channel.</summary>
    Subscribers,

    /// <summary>Who is connected.</summary>
    Connections,
}
