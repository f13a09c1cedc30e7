namespace RfBroadcast;

/// <summary>
/// A channel's subscriptions that share a wire protocol, and so share frames. Changed only by the channel's pump, under the
/// channel's lock; read by the pump without it.
/// </summary>
internal sealed class ProtocolGroup(IWireProtocol? protocol)
{
    private Subscription[] _items = new Subscription[1];

    /// <summary>The protocol; null for connections without a socket, which are sent nothing.</summary>
    public IWireProtocol? Protocol => protocol;

    public int Count { get; private set; }

    public ReadOnlySpan<Subscription> Items => _items.AsSpan(0, Count);

    public void Add(Subscription subscription)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 2);
        }

        subscription.Index = Count;
        _items[Count++] = subscription;
    }

    public void Remove(Subscription subscription)
    {
        var last = _items[--Count];
        _items[subscription.Index] = last;
        last.Index = subscription.Index;
        _items[Count] = null!; // past Count, never read
    }
}
