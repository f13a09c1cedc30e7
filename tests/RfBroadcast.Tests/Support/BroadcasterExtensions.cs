using System.Text;

namespace RfBroadcast.Tests.Support;

internal static class BroadcasterExtensions
{
    /// <summary>Holds each subscription, between its start and its completion, as long as its connection says.</summary>
    public static MemoryBroadcaster HoldByConnection(this MemoryBroadcaster broadcaster)
    {
        broadcaster.Completing = connectionId => (broadcaster.Hub.FindConnection(connectionId) as RecordingConnection)?.Room ?? Task.CompletedTask;
        return broadcaster;
    }

    /// <summary>Subscribes and expects it to work.</summary>
    public static async Task JoinAsync(
        this IBroadcaster broadcaster,
        RecordingConnection connection,
        Channel channel,
        ChannelPosition? since = null,
        int last = 0,
        string? previousId = null,
        string? requestId = null)
    {
        var outcome = await broadcaster.SubscribeAsync(Request(connection, channel) with
        {
            Since = since,
            Last = last,
            PreviousConnectionId = previousId,
            RequestId = requestId,
        }).InTimeAsync();
        outcome.Should().Be(SubscribeOutcome.Subscribed);
    }

    public static SubscribeRequest Request(RecordingConnection connection, Channel channel) =>
        new() { ConnectionId = connection.Id, HasSocket = true, Channel = channel };

    /// <summary>Broadcasts the event <c>e</c> with a number or text as its data.</summary>
    public static async Task<ChannelReceipt> SayAsync(this IBroadcaster broadcaster, Channel channel, object? data, string? except = null)
    {
        var receipt = await broadcaster.BroadcastAsync(new BroadcastRequest
        {
            Event = new SimpleEvent("e", data, channel),
            Except = except is null ? SenderExclusion.None : SenderExclusion.Connection(except),
        }).InTimeAsync();
        return receipt.Channels.Single();
    }

    /// <summary>A message as a back end would bring it to the hub.</summary>
    public static BroadcastMessage Message(this Channel channel, object data, long offset = 0, string? except = null, string name = "e") => new()
    {
        Channel = channel,
        Event = name,
        Data = Encoding.UTF8.GetBytes(FormattableString.Invariant($"{data}")),
        Timestamp = default,
        Offset = offset,
        Except = except,
    };
}
