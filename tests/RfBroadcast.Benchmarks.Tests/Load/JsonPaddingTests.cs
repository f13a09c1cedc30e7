using System.Text.Json;

namespace RfBroadcast.Benchmarks.Tests.Load;

public sealed class JsonPaddingTests
{
    [Theory]
    [InlineData(256)]
    [InlineData(1024)]
    [InlineData(8192)]
    public void Of_ASize_MakesDifferentJsonOfExactlyIt(int size)
    {
        var paddings = JsonPadding.Of(size);

        var payloads = paddings.Select(padding => JsonSerializer.Serialize(new Payload(1, padding))).ToList();
        payloads.Should().OnlyContain(json => json.Length == size);
        payloads.Select(json => JsonDocument.Parse(json).RootElement.GetProperty("pad").GetRawText()).Should().OnlyHaveUniqueItems();
    }
}
