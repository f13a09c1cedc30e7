using System.Globalization;
using System.Text.Json;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Behaviour;

/// <summary>Subscribing with a position, publishing numbered messages, and reading them.</summary>
internal static class Returning
{
    /// <summary>Subscribes as a client that was here before, and reads the answer.</summary>
    public static async Task<WireFrame> ComeBackAsync(this WireClient client, string channel, string epoch, long offset, string? connectionId = null)
    {
        await client.SendAsync(Command(channel, epoch, offset, connectionId));
        return await client.NextAsync("subscribed");
    }

    public static string Command(string channel, string epoch, long offset, string? connectionId = null) => JsonSerializer.Serialize(
        connectionId is null
            ? new { type = "subscribe", channel, since = new { epoch, offset } }
            : (object)new { type = "subscribe", channel, since = new { epoch, offset, connection_id = connectionId } });

    /// <summary>Publishes the numbers from <paramref name="first"/> to <paramref name="last"/>, each with some padding.</summary>
    public static async Task PublishAsync(this BroadcastApp app, string channel, int first, int last, int padding = 0)
    {
        var text = new string('x', padding);
        for (var n = first; n <= last; n++)
        {
            await app.Broadcaster.To(channel).Event("tick").With(string.Create(CultureInfo.InvariantCulture, $"{n} {text}")).SendAsync();
        }
    }

    /// <summary>The number a message was published with.</summary>
    public static int Number(this WireFrame frame) =>
        int.Parse(frame["data"].GetString()!.Split(' ')[0], CultureInfo.InvariantCulture); // always a string here

    /// <summary>The numbers of the next events, none of which may be missing.</summary>
    public static async Task<List<int>> NumbersAsync(this WireClient client, int count)
    {
        var numbers = new List<int>();
        while (numbers.Count < count)
        {
            numbers.Add((await client.NextAsync("event")).Number());
        }

        return numbers;
    }
}
