using System.Text;

namespace RfBroadcast.Tests;

/// <summary>A message of a channel as the model knows it; the offset is 0 when it is not kept.</summary>
internal sealed record ToldMessage(long Offset, string Data, string? Except, DateTimeOffset Time)
{
    public int Cost => Encoding.UTF8.GetByteCount(Data) + 256;

    public bool IsFor(string id, string? previousId) => Except is null || (Except != id && Except != previousId);
}

/// <summary>What one who subscribes must be given.</summary>
internal sealed record ExpectedStart(long Top, IReadOnlyList<ToldMessage> Missed, bool? Recovered, RecoveryFailure Failure);

/// <summary>What a channel keeps, by the rules alone: so many messages, for so long, and a log that is forgotten after that.</summary>
internal sealed class HistoryTruth(string epoch)
{
    public const int Size = 20;
    public const int LimitBytes = 4096;
    public static readonly TimeSpan Age = TimeSpan.FromSeconds(60);

    private readonly List<ToldMessage> _kept = [];
    private long? _last; // null without a log

    /// <summary>All that was ever published with an offset.</summary>
    public List<ToldMessage> All { get; } = [];

    public ToldMessage Append(string data, string? except, DateTimeOffset now, long forgotten)
    {
        _last = (_last ?? forgotten) + 1;
        var message = new ToldMessage(_last.Value, data, except, now);
        _kept.Add(message);
        All.Add(message);
        return message;
    }

    /// <summary>Forgets the log, and gives the highest offset it had.</summary>
    public long Forget()
    {
        var last = _last ?? 0;
        _last = null;
        _kept.Clear();
        return last;
    }

    public ExpectedStart Read(SubscribeRequest request, DateTimeOffset now, long forgotten)
    {
        var top = _last ?? forgotten;
        var kept = _kept.Where(message => now - message.Time < Age).TakeLast(Size).ToList();
        if (request.Since is not { } since)
        {
            return new ExpectedStart(top, Newest(kept.TakeLast(request.Last)), null, RecoveryFailure.None);
        }

        var missed = kept.Where(message => message.Offset > since.Offset).ToList();
        var failure = since.Epoch != epoch || since.Offset > top ? RecoveryFailure.Epoch
            : missed.Count < top - since.Offset ? RecoveryFailure.Expired
            : missed.Sum(message => message.Cost) > LimitBytes ? RecoveryFailure.Limit
            : RecoveryFailure.None;
        return new ExpectedStart(top, failure == RecoveryFailure.None ? missed : [], failure == RecoveryFailure.None, failure);
    }

    private static List<ToldMessage> Newest(IEnumerable<ToldMessage> messages)
    {
        var bytes = 0;
        var newest = messages.Reverse().TakeWhile(message => (bytes += message.Cost) <= LimitBytes).ToList();
        newest.Reverse();
        return newest;
    }
}
