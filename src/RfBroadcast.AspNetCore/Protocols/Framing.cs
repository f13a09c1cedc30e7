using System.Buffers;

namespace RfBroadcast.AspNetCore;

/// <summary>Writes the JSON of one frame as a transport takes it.</summary>
internal delegate void Framing(IBufferWriter<byte> output, ReadOnlySpan<byte> json);
