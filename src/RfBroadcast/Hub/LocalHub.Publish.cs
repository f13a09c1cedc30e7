using System.Buffers;

namespace RfBroadcast;

/// <summary>Publishing: what a broadcaster brings, posted to the channel it is for.</summary>
public sealed partial class LocalHub
{
    /// <summary>
    /// Posts a message to its channel's subscribers here, in the order of the calls. It is taken even when there is no room:
    /// whoever publishes asks <see cref="HasRoom"/> first.
    /// </summary>
    /// <returns>How many connections are subscribed here.</returns>
    public int Publish(BroadcastMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        TellHooks(message);
        return FindAndPost(message.Channel, [message])?.Count ?? 0;
    }

    /// <summary>
    /// Posts consecutive messages of one channel at once: as <see cref="Publish(BroadcastMessage)"/> for each, but they are there together for the
    /// channel's next batch, whoever else posts.
    /// </summary>
    /// <param name="channel">The channel of all of them.</param>
    /// <param name="messages">The messages, in their order.</param>
    /// <returns>How many connections are subscribed here.</returns>
    public int Publish(Channel channel, ReadOnlySpan<BroadcastMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(channel);
        foreach (var message in messages)
        {
            TellHooks(message);
        }

        return FindAndPost(channel, messages)?.Count ?? 0;
    }

    /// <summary>Posts that a member joined or left, in order with the channel's messages.</summary>
    public void Publish(PresenceEdge edge)
    {
        ArgumentNullException.ThrowIfNull(edge);
        FindAndPost(edge.Channel, [edge]);
    }

    /// <summary>Sends a message to one connection.</summary>
    /// <returns>False when there is no socket with that id here.</returns>
    public bool Publish(DirectMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!_connections.TryGetValue(message.ConnectionId, out var entry) || entry.Socket is not { } socket)
        {
            return false;
        }

        var output = new ArrayBufferWriter<byte>(message.Data.Length + 128);
        socket.Protocol.Unshared.WriteDirect(output, message);
        entry.Tell(output.WrittenMemory, static (connection, frame) => connection.SendControl(frame));
        return true;
    }

    private void TellHooks(BroadcastMessage message)
    {
        if (message is { IsClientEvent: true, Except: { } sender } && FindConnection(sender) is { } connection)
        {
            Hooks.ClientEvent(connection, message);
        }
    }

    /// <summary>Posts to a channel somebody is subscribed to. One that retired meanwhile may have been replaced already.</summary>
    private HubChannel? FindAndPost(Channel channel, ReadOnlySpan<object> items)
    {
        while (Find(channel) is { } target)
        {
            if (target.TryPost(items))
            {
                return target;
            }

            Remove(target);
        }

        return null;
    }
}
