namespace RfBroadcast;

/// <summary>The back end that joins the nodes could not be reached.</summary>
public sealed class BroadcasterUnavailableException : BroadcastException
{
    /// <summary>Makes the exception.</summary>
    public BroadcasterUnavailableException(string message, bool mayHaveBeenSent, Exception? innerException = null)
        : base(message, innerException) => MayHaveBeenSent = mayHaveBeenSent;

    /// <summary>Whether the outcome is unknown: the message may have been sent. When false it certainly was not.</summary>
    public bool MayHaveBeenSent { get; }
}
