namespace RfBroadcast.AspNetCore;

/// <summary>What a handshake came to: a place for a connection of somebody, or a refusal. Disposing it frees the place.</summary>
internal readonly record struct Admission(HandshakeIdentity Identity, ConnectionLimits.Place? Place, HandshakeVerdict? Refusal) : IDisposable
{
    public static Admission Refused(int status, string code, string message) => new(default, Place: null, new HandshakeVerdict(status, code, message));

    public void Dispose() => Place?.Dispose();
}
