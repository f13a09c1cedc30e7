using System.Text.Json.Serialization;

namespace RfBroadcast.Redis;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StoredReceipt[]))]
internal sealed partial class ReceiptJsonContext : JsonSerializerContext;
