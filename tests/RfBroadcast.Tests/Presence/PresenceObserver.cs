using RfBroadcast.Tests.Support;

namespace RfBroadcast.Tests;

/// <summary>
/// Who is where, as one client sees it: the snapshots it is sent and the edges after them. It takes each edge only once, and
/// none about its own user.
/// </summary>
internal sealed class PresenceObserver(RecordingConnection connection)
{
    private readonly Dictionary<string, HashSet<string>> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _edges = new(StringComparer.Ordinal);
    private int _taken;

    /// <summary>Who is there; null when it is not subscribed.</summary>
    public IReadOnlySet<string>? Members(Channel channel) => _members.GetValueOrDefault(channel.WireName);

    /// <summary>The edges since the last snapshot: <c>+ada</c>, <c>-ada</c>.</summary>
    public IReadOnlyList<string> Edges(Channel channel) => _edges.GetValueOrDefault(channel.WireName) ?? [];

    /// <summary>Takes the frames that came since the last time, up to a number of all of them.</summary>
    public void Look(int limit = int.MaxValue)
    {
        var frames = connection.Frames;
        for (; _taken < Math.Min(limit, frames.Count); _taken++)
        {
            Take(frames[_taken], frames);
        }
    }

    private void Take(Frame frame, IReadOnlyList<Frame> all)
    {
        var channel = frame.Channel!; // every frame here has one
        if (frame.Kind == "subscribed")
        {
            frame.Members.Should().OnlyHaveUniqueItems().And.Contain(connection.UserId, "a snapshot includes who asks");
            _members[channel] = frame.Members!.ToHashSet(StringComparer.Ordinal);
            _edges[channel] = [];
            return;
        }

        if (frame.Kind == "unsubscribed")
        {
            _members.Remove(channel); // also what was ended before it was complete
            return;
        }

        if (!_members.TryGetValue(channel, out var members))
        {
            Fail($"{frame.Kind} of {channel} before subscribed or after unsubscribed", all);
            return;
        }

        switch (frame.Kind)
        {
            case "joined":
                Check(members.Add(frame.Member!), "is told of a member twice", frame, all);
                _edges[channel].Add("+" + frame.Member);
                break;
            case "left":
                Check(members.Remove(frame.Member!), "is told that somebody left who was not there", frame, all);
                _edges[channel].Add("-" + frame.Member);
                break;
            default:
                Fail($"a frame of kind {frame.Kind}", all);
                break;
        }
    }

    private void Check(bool isSo, string otherwise, Frame frame, IReadOnlyList<Frame> all)
    {
        if (!isSo || frame.Member == connection.UserId)
        {
            Fail($"{(isSo ? "is told of itself" : otherwise)}: {frame.Kind} {frame.Member} on {frame.Channel}", all);
        }
    }

    private void Fail(string what, IReadOnlyList<Frame> all) =>
        throw new InvalidOperationException(
            $"{connection.Id} ({connection.UserId}) {what}; all it was sent: {string.Join("; ", all.Select(frame => $"{frame.Kind} {frame.Channel} {frame.Member}{string.Join(',', frame.Members ?? [])}"))}");
}
