namespace RfBroadcast.AspNetCore;

/// <summary>A message from a client, read and checked for its form. Holds no memory of the buffer it came in.</summary>
/// <param name="RequestId">The client's id for it as raw JSON, or null.</param>
internal abstract record ClientCommand(string? RequestId);
