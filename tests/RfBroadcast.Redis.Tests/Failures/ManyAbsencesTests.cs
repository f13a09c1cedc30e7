namespace RfBroadcast.Redis.Tests.Failures;

/// <summary>Users on many channels whose grace ended while Redis was away, and a Redis that comes back as another: all channels are compared at once.</summary>
public sealed class ManyAbsencesTests
{
    private static readonly Channel[] Rooms = [.. Enumerable.Range(1, 30).Select(number => Channel.Presence(FormattableString.Invariant($"room.{number}")))];

    [Fact]
    public async Task Redis_RestartedWhileUsersAreAbsentOnManyChannels_NoChannelWaitsForAnother()
    {
        var grace = TimeSpan.FromSeconds(1);
        await using var redis = await RedisServer.StartNewAsync();
        await using var node = new TestNode(redis.EndPoint, options => options.PresenceGrace = grace);
        var (stays, goes) = (node.Connect("1.1", "stays"), node.Connect("1.2", "goes"));
        foreach (var room in Rooms)
        {
            await node.Broadcaster.JoinAsync(stays, room);
            await node.Broadcaster.JoinAsync(goes, room);
        }

        await node.Broadcaster.RemoveConnectionAsync("1.2", leaveAtOnce: false);
        await redis.KillAsync();
        await Task.Delay(grace * 1.5);
        await redis.StartAsync();

        await Eventually.TrueAsync(
            async () =>
            {
                foreach (var room in Rooms)
                {
                    await node.Broadcaster.SayAsync(room, 0);
                    if (await node.Broadcaster.GetMembersAsync(room) is not [{ UserId: "stays" }])
                    {
                        return false;
                    }
                }

                return true;
            },
            "those who stayed are the members, and messages go through");
        int Left() => stays.Frames.Count(frame => frame.Kind == "left");
        await Eventually.TrueAsync(() => Task.FromResult(Left() >= Rooms.Length), "it is told of each");
        Left().Should().Be(Rooms.Length);
    }
}
