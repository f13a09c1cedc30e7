using System.Text.Json.Serialization;

namespace RfBroadcast.Testing;

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(SeenFrame))]
internal sealed partial class SeenFrameJson : JsonSerializerContext;
