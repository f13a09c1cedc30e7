using System.Text.Json;

namespace RfBroadcast.AspNetCore.Tests.Support;

/// <summary>One message of the server's.</summary>
/// <param name="Text">Exactly as it came.</param>
internal sealed record WireFrame(string Text)
{
    private readonly JsonElement _root = JsonDocument.Parse(Text).RootElement;

    public string Type => String("type");

    /// <summary>A field; undefined when it is not there.</summary>
    public JsonElement this[string field] => _root.TryGetProperty(field, out var value) ? value : default;

    public bool Has(string field) => _root.TryGetProperty(field, out _);

    public string String(string field) => this[field].GetString()!; // a test fails where it is not there

    public override string ToString() => Text;
}
