namespace RfBroadcast.Testing;

/// <summary>Something that a case checks is not so.</summary>
internal sealed class CheckException(string message) : Exception(message);
