namespace RfBroadcast;

/// <summary>The base of every fault this library reports that is not the misuse of an API.</summary>
public abstract class BroadcastException : Exception
{
    /// <summary>Makes the exception with a message.</summary>
    protected BroadcastException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and its cause.</summary>
    protected BroadcastException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
