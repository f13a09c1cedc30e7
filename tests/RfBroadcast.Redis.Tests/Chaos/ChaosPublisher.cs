using System.Globalization;

namespace RfBroadcast.Redis.Tests.Chaos;

/// <summary>Publishes through one node, one message after the other, each with a text of its own.</summary>
internal sealed class ChaosPublisher(int number, NodeProcess node, IReadOnlyList<string> channels, Random random, PublishLedger ledger, Findings findings)
{
    private int _count;
    private string? _refusal;

    public override string ToString() => $"publisher {number} on {node.Address}, which said last: {_refusal}";

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await PublishAsync(channels[random.Next(channels.Count)]);
            await Task.Delay(random.Next(10, 80), CancellationToken.None);
        }
    }

    /// <summary>Publishes one.</summary>
    /// <returns>Whether it was accepted.</returns>
    public async Task<bool> PublishAsync(string channel)
    {
        var message = string.Create(CultureInfo.InvariantCulture, $"p{number}-{_count++}");
        try
        {
            var (accepted, refused) = await node.TryPublishAsync(channel, message);
            if (accepted is not null)
            {
                ledger.AcceptedAt(channel, new ChannelPosition(accepted.Epoch!, accepted.Offset), message); // it keeps its history
                return true;
            }

            _refusal = refused!.Message; // one of them
            if (refused.MayHaveBeenSent)
            {
                ledger.MayHaveBeenSent();
            }
            else
            {
                ledger.RefusedForSure(message);
            }
        }
        catch (HttpRequestException fault) when (fault.StatusCode is null)
        {
            _refusal = fault.Message;
            ledger.MayHaveBeenSent(); // the node went
        }
        catch (Exception fault)
        {
            ledger.MayHaveBeenSent();
            findings.Add($"publishing {message} on {channel}: {fault.Message}");
        }

        return false;
    }
}
