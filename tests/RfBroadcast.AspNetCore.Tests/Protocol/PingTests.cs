using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Protocol;

/// <summary>Both pings of the page.</summary>
public sealed class PingTests
{
    private static readonly ManualTimeProvider Time = new();

    [Theory]
    [InlineData("""{"type":"ping"}""", """{"type":"pong"}""")]
    [InlineData("""{"type":"ping","id":7}""", """{"type":"pong","id":7}""")]
    [InlineData("""{"type":"ping","id":1.50}""", """{"type":"pong","id":1.50}""")]
    [InlineData("""{"id":"ä\"1","type":"ping"}""", """{"type":"pong","id":"ä\"1"}""")]
    [InlineData("""{"type":"ping","data":{"timestamp":1}}""", """{"type":"pong"}""")]
    [InlineData(
        """{"action":"ping","data":{"timestamp":1}}""",
        """{"type":"event","event":"pong","data":{"timestamp":1},"timestamp":"2026-01-31T10:00:00.000Z"}""")]
    [InlineData(
        """{"action":"ping","data":"x","id":"a"}""",
        """{"type":"event","id":"a","event":"pong","data":"x","timestamp":"2026-01-31T10:00:00.000Z"}""")]
    [InlineData(
        """{"action":"ping"}""",
        """{"type":"event","event":"pong","data":null,"timestamp":"2026-01-31T10:00:00.000Z"}""")]
    public async Task Ping_InEitherForm_IsAnswered(string ping, string pong)
    {
        await using var app = await BroadcastApp.StartAsync(new() { Time = Time });
        var client = await app.ConnectAsync();

        await client.SendAsync(ping);

        (await client.NextAsync()).Text.Should().Be(pong);
    }
}
