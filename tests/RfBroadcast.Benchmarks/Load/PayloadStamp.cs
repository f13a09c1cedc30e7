using System.Runtime.InteropServices;

namespace RfBroadcast.Benchmarks;

/// <summary>The number and the time of a <see cref="Payload"/>, found in whatever a protocol wraps around it.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PayloadStamp(long Number, long Time)
{
    private static readonly int NumberStart = Payload.Mark.Length;
    private static readonly int TimeStart = NumberStart + Payload.NumberDigits + "\",\"t\":\"".Length;
    private static readonly int End = TimeStart + Payload.TimeDigits;

    /// <summary>Finds it.</summary>
    /// <param name="record">A message as it came.</param>
    /// <param name="place">Where it was last time, for it is mostly there again; updated.</param>
    /// <param name="stamp">What was found.</param>
    /// <returns>False when the message carries none: an answer, a ping.</returns>
    public static bool TryFind(ReadOnlySpan<byte> record, ref int place, out PayloadStamp stamp)
    {
        if (record.Length < place + End || !record.Slice(place, NumberStart).SequenceEqual(Payload.Mark))
        {
            var found = record.IndexOf(Payload.Mark);
            if (found < 0 || record.Length < found + End)
            {
                stamp = default;
                return false;
            }

            place = found;
        }

        stamp = new PayloadStamp(
            Digits(record.Slice(place + NumberStart, Payload.NumberDigits)),
            Digits(record.Slice(place + TimeStart, Payload.TimeDigits)));
        return true;
    }

    private static long Digits(ReadOnlySpan<byte> text)
    {
        long value = 0;
        foreach (var digit in text)
        {
            value = (value * 10) + (digit - '0');
        }

        return value;
    }
}
