using System.Globalization;
using System.Text;
using System.Text.Json;

namespace RfBroadcast.Benchmarks.Tests.Load;

public sealed class PayloadStampTests
{
    [Theory]
    [InlineData(55)]
    [InlineData(128)]
    [InlineData(16_384)]
    public void TryFind_InAnyEnvelope_FindsWhatThePayloadSays(int size)
    {
        var json = JsonSerializer.Serialize(new Payload(123, Payload.PaddingOf(size)));
        var place = 0;

        json.Should().HaveLength(size);
        foreach (var envelope in new[] { "{0}", "some text before {0} and after", "longer text before the payload {0}", "short {0}" })
        {
            PayloadStamp.TryFind(Encoding.UTF8.GetBytes(envelope.Replace("{0}", json, StringComparison.Ordinal)), ref place, out var stamp).Should().BeTrue();
            stamp.Number.Should().Be(123);
            stamp.Time.Should().Be(JsonDocument.Parse(json).RootElement.GetProperty("t").GetString() is { } time ? long.Parse(time, CultureInfo.InvariantCulture) : -1);
        }
    }

    [Fact]
    public void TryFind_WhereNoneIs_FindsNone()
    {
        var place = 40;

        PayloadStamp.TryFind("{\"type\":\"subscribed\",\"channel\":\"news\"}"u8, ref place, out _).Should().BeFalse();
        PayloadStamp.TryFind("{\"seq\":\"12"u8, ref place, out _).Should().BeFalse();
        place.Should().Be(40);
    }
}
