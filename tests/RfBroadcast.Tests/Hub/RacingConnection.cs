namespace RfBroadcast.Tests;

/// <summary>
/// Checks as it is sent: no frame of a channel outside a subscription, and within one every offset after the one it was told
/// it starts from. Keeps what was wrong.
/// </summary>
internal sealed class RacingConnection(string id) : IConnection
{
    private readonly Lock _gate = new();
    private readonly long?[] _next = new long?[10]; // by channel; null when not subscribed, -1 when there are no offsets
    private bool _removed;

    public string Id => id;

    public string? UserId => id;

    public IWireProtocol Protocol => OffsetProtocol.Shared;

    public string? Fault { get; private set; }

    public int Events { get; private set; }

    /// <summary>Its removal is complete: nothing may come any more.</summary>
    public void Removed()
    {
        lock (_gate)
        {
            _removed = true;
        }
    }

    public void Send(in BatchSlice frames) => Take(frames.Bytes.Span);

    public void SendControl(ReadOnlyMemory<byte> frame) => Take(frame.Span);

    public void Close(int code, string reason) => Fault ??= $"closed with {code} {reason}";

    private void Take(ReadOnlySpan<byte> frames)
    {
        lock (_gate)
        {
            for (; frames.Length > 0; frames = frames[OffsetProtocol.FrameLength..])
            {
                var (kind, channel, offset) = OffsetProtocol.Decode(frames);
                Fault ??= _removed ? $"'{kind}' after it was removed" : Check(kind, offset, ref _next[channel]);
            }
        }
    }

    private string? Check(char kind, long offset, ref long? next)
    {
        switch (kind)
        {
            case 's':
                var isWrong = next is not null && offset != next - 1 && offset != -1;
                next ??= offset < 0 ? -1 : offset + 1;
                return isWrong ? $"told again that it is at {offset}, and {next} is next" : null;
            case 'u':
                next = null;
                return null;
            case 'p':
                return next is null ? "a member's frame outside a subscription" : null;
            default:
                Events++;
                var expected = next;
                next = next is -1 or null ? next : offset + 1;
                return expected is null ? $"event {offset} outside a subscription"
                    : expected != -1 && expected != offset ? $"event {offset} where {expected} is next"
                    : null;
        }
    }
}
