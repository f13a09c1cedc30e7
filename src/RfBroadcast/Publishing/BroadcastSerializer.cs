using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace RfBroadcast;

/// <summary>Turns payloads into JSON with the app's own settings. Thread-safe.</summary>
public sealed class BroadcastSerializer
{
    private static readonly JsonSerializerOptions WebDefaults = new(JsonSerializerDefaults.Web);

    private readonly JsonSerializerOptions _options;

    /// <summary>Makes a serializer.</summary>
    /// <param name="options">The app's settings; null means the Web defaults of System.Text.Json.</param>
    public BroadcastSerializer(JsonSerializerOptions? options = null)
    {
        // A copy, so that the app's own stay as they are. This library's few types come last in the chain.
        _options = new JsonSerializerOptions(options ?? WebDefaults);
        AddReflectionWhereAllowed(_options);
        _options.TypeInfoResolverChain.Add(PayloadJsonContext.Default);
        _options.MakeReadOnly();
    }

    /// <summary>The JSON of a payload as UTF-8, by its runtime type.</summary>
    /// <exception cref="BroadcastSerializationException">It cannot be turned into JSON; the message names the type.</exception>
    public ReadOnlyMemory<byte> Serialize(object? payload)
    {
        if (payload is null)
        {
            return "null"u8.ToArray();
        }

        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(payload, _options.GetTypeInfo(payload.GetType()));
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // Not only JsonException: a getter or a converter of the app's may throw anything.
            throw new BroadcastSerializationException(payload.GetType(), fault);
        }
    }

    /// <summary>The payload as a JSON element, by its runtime type.</summary>
    /// <inheritdoc cref="Serialize" path="/exception"/>
    public JsonElement SerializeToElement(object? payload)
    {
        if (payload is JsonElement { ValueKind: not JsonValueKind.Undefined } element)
        {
            return element.Clone(); // it may hang on a document that its owner disposes
        }

        var reader = new Utf8JsonReader(Serialize(payload).Span);
        return JsonElement.ParseValue(ref reader);
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Only where the app left reflection on; a trimmed app turns it off and gives a resolver.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "As above.")]
    private static void AddReflectionWhereAllowed(JsonSerializerOptions options)
    {
        if (JsonSerializer.IsReflectionEnabledByDefault && options.TypeInfoResolver is null)
        {
            options.TypeInfoResolver = new DefaultJsonTypeInfoResolver();
        }
    }
}
