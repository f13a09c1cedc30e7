namespace RfBroadcast;

/// <summary>An event's payload could not be turned into JSON; nothing was sent.</summary>
public sealed class BroadcastSerializationException : BroadcastException
{
    /// <summary>Makes the exception.</summary>
    public BroadcastSerializationException(Type payloadType, Exception innerException)
        : base($"The payload of type {payloadType} could not be turned into JSON: {innerException.Message}", innerException) =>
        PayloadType = payloadType;

    /// <summary>The type that could not be serialised.</summary>
    public Type PayloadType { get; }
}
