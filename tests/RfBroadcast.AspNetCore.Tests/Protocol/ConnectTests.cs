using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Protocol;

/// <summary>The forms of connecting, and the greeting.</summary>
public sealed class ConnectTests
{
    [Fact]
    public async Task Connect_WithoutUser_GreetsWithoutTheUsersFields()
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await app.ConnectAsync();

        client.ConnectionId.Should().MatchRegex(@"^\d+\.\d+$");
        client.Greeting.Text.Should().Be($$"""{"type":"connected","connection_id":"{{client.ConnectionId}}","protocol":1,"ping_interval":30}""");
    }
}
