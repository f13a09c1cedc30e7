using System.Text.Json;

namespace RfBroadcast.Redis;

/// <summary>A receipt as Redis keeps it for an idempotency key: JSON, one entry a channel.</summary>
internal sealed record StoredReceipt(string Channel, string? Epoch, long Offset, int Subscribers)
{
    public static byte[] Write(BroadcastReceipt receipt) => JsonSerializer.SerializeToUtf8Bytes(
        receipt.Channels.Select(static channel => new StoredReceipt(
            channel.Channel.WireName,
            channel.Position?.Epoch,
            channel.Position?.Offset ?? 0,
            channel.LocalSubscribers)).ToArray(),
        ReceiptJsonContext.Default.StoredReceiptArray);

    public static BroadcastReceipt Read(byte[] json) => new(
    [
        .. JsonSerializer.Deserialize(json, ReceiptJsonContext.Default.StoredReceiptArray)!.Select(static stored => new ChannelReceipt( // never null
            RfBroadcast.Channel.Parse(stored.Channel),
            stored.Epoch is null ? null : new ChannelPosition(stored.Epoch, stored.Offset),
            stored.Subscribers)),
    ]);
}
