using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.Redis.Tests.Support;

/// <summary>What a client has seen so far, by kind.</summary>
internal static class WireViews
{
    /// <summary>Joins and leaves, in order: <c>+7</c>, <c>-7</c>.</summary>
    public static IReadOnlyList<string> Edges(this WireClient client) =>
    [
        .. client.All
            .Where(frame => frame.Type is "member_joined" or "member_left")
            .Select(frame => (frame.Type == "member_joined" ? "+" : "-") + frame["member"].GetProperty("user_id").GetString()),
    ];

    /// <summary>The members that its snapshots, joins and leaves add up to, sorted.</summary>
    public static IReadOnlyList<string> Members(this WireClient client)
    {
        var members = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var frame in client.All)
        {
            switch (frame.Type)
            {
                case "subscribed":
                    members.Clear();
                    members.UnionWith(frame["members"].EnumerateArray().Select(member => member.GetProperty("user_id").GetString() ?? ""));
                    break;
                case "member_joined":
                    members.Add(frame["member"].GetProperty("user_id").GetString() ?? "");
                    break;
                case "member_left":
                    members.Remove(frame["member"].GetProperty("user_id").GetString() ?? "");
                    break;
            }
        }

        return [.. members];
    }

    /// <summary>The numbers that the events of a channel carry, in order.</summary>
    public static IReadOnlyList<int> Numbers(this WireClient client, string channel) =>
    [
        .. client.All
            .Where(frame => frame.Type == "event" && frame.String("channel") == channel)
            .Select(frame => frame["data"].GetInt32()),
    ];

    /// <summary>Waits until what it has seen meets a condition.</summary>
    public static async Task UntilAsync(this WireClient client, Func<WireClient, bool> condition, string what)
    {
        try
        {
            await Wait.UntilAsync(() => condition(client), what);
        }
        catch (TimeoutException fault)
        {
            throw new TimeoutException($"{fault.Message}. All that came:\n{string.Join('\n', client.All)}", fault);
        }
    }
}
