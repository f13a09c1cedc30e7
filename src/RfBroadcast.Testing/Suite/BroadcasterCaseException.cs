namespace RfBroadcast.Testing;

/// <summary>A broadcaster does not do what a case of <see cref="BroadcasterSuite"/> asks.</summary>
public sealed class BroadcasterCaseException : Exception
{
    internal BroadcasterCaseException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
