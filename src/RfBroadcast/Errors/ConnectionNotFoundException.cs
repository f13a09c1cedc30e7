namespace RfBroadcast;

/// <summary>A message was sent to one connection, and no node has a connection with that id (it may have just closed).</summary>
public sealed class ConnectionNotFoundException : BroadcastException
{
    /// <summary>Makes the exception.</summary>
    public ConnectionNotFoundException(string connectionId)
        : base($"There is no connection \"{connectionId}\"; it has closed, or the id is wrong.") => ConnectionId = connectionId;

    /// <summary>The id that was not found.</summary>
    public string ConnectionId { get; }
}
