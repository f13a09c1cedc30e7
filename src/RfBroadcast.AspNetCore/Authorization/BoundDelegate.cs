using Microsoft.AspNetCore.Http;

namespace RfBroadcast.AspNetCore;

/// <summary>A handler with its parameters bound.</summary>
/// <param name="Call">Binds, calls, and leaves the result in the context's <see cref="DelegateCall"/>.</param>
/// <param name="ChannelParameters">Its parameters of type <see cref="Channel"/>: they are bound from the wire name, as values of that name.</param>
internal sealed record BoundDelegate(RequestDelegate Call, IReadOnlyList<string> ChannelParameters);
