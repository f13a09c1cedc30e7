namespace RfBroadcast.Benchmarks;

/// <summary>What a client says to one kind of server until it is subscribed, as the server's own client would.</summary>
internal interface IDialect
{
    /// <summary>Whether a frame may hold several messages, each ended by 0x1e.</summary>
    bool HasRecords { get; }

    /// <summary>Whether compression is offered, and must be accepted.</summary>
    bool Deflates => false;

    /// <summary>The path and query of the handshake.</summary>
    string Target(LoadConnection connection);

    /// <summary>The WebSocket is open.</summary>
    void Opened(LoadConnection connection);

    /// <summary>What a client says every 15 s to be held alive, as a frame; null when it has nothing to say.</summary>
    byte[]? KeepAlive => null;

    /// <summary>A message came that carries no payload.</summary>
    void Answered(LoadConnection connection, ReadOnlySpan<byte> message);
}
