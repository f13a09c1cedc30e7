namespace RfBroadcast.AspNetCore;

/// <summary>Something that is none of these.</summary>
internal sealed record FaultyCommand(string? RequestId, ClientFault Fault) : ClientCommand(RequestId);
