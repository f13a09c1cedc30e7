namespace RfBroadcast.AspNetCore.Tests.Support;

/// <summary>How a connection ended.</summary>
/// <param name="Code">The close code; 1005 for a close without one, 1006 for an end without a close.</param>
/// <param name="Reason">The text for people.</param>
internal sealed record WireClose(int Code, string Reason)
{
    public static readonly WireClose None = new(1006, "");
}
