namespace RfBroadcast;

/// <summary>An event made on the spot: a name, any data, and channels. Immutable.</summary>
public sealed class SimpleEvent : IEvent
{
    private readonly string _name;
    private readonly object? _data;
    private readonly Channel[] _channels;

    /// <summary>Makes the event.</summary>
    /// <param name="name">The name clients listen for, 1 to 200 characters.</param>
    /// <param name="data">What becomes the JSON data: an object, an anonymous type, a <see cref="System.Text.Json.JsonElement"/>, or null.</param>
    /// <param name="channels">Where it goes; may be empty when the call that publishes it names the channels.</param>
    public SimpleEvent(string name, object? data, params Channel[] channels)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(channels);
        _name = name;
        _data = data;
        _channels = [.. channels];
    }

    /// <inheritdoc/>
    public IReadOnlyList<Channel> BroadcastOn() => _channels;

    /// <inheritdoc/>
    public string BroadcastAs() => _name;

    /// <inheritdoc/>
    public object? BroadcastWith() => _data;
}
