using System.Text.Json;

namespace RfBroadcast.AspNetCore.Tests.Support;

/// <summary>One message of the server's.</summary>
/// <param name="Text">Exactly as it came.</param>
internal sealed record WireFrame(string Text)
{
    public string Type => String("type");

    /// <summary>A field; undefined when it is not there.</summary>
    public JsonElement this[string field] => Root.TryGetProperty(field, out var value) ? value : default;

    // Not kept: a test holds many frames and looks into each but once or twice.
    private JsonElement Root => JsonElement.Parse(Text);

    public bool Has(string field) => Root.TryGetProperty(field, out _);

    public string String(string field) => this[field].GetString()!; // a test fails where it is not there

    public override string ToString() => Text;
}
