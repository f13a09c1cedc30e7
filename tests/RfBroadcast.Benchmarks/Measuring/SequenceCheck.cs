using System.Runtime.InteropServices;

namespace RfBroadcast.Benchmarks;

/// <summary>
/// Follows the numbers that one connection receives, and tells a lost message from a repeated and from a late one. A mutable
/// struct: it lives in a field.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public struct SequenceCheck
{
    private ulong _seen; // bit n: the number Next - 1 - n has come

    /// <summary>Starts with the number that should come first.</summary>
    public SequenceCheck(long first) => Next = first;

    /// <summary>The number that should come next.</summary>
    public long Next { get; private set; }

    /// <summary>Takes a number and counts what is wrong with it.</summary>
    public void Take(long number, SequenceFaults faults)
    {
        ArgumentNullException.ThrowIfNull(faults);
        var ahead = number - Next;
        if (ahead == 0)
        {
            _seen = (_seen << 1) | 1;
            Next++;
        }
        else if (ahead > 0)
        {
            faults.Lost += ahead;
            _seen = ahead < 63 ? (_seen << (int)(ahead + 1)) | 1 : 1;
            Next = number + 1;
        }
        else
        {
            TakeOld(-ahead - 1, faults);
        }
    }

    // What is further back than we remember counts as repeated: either way the run fails.
    private void TakeOld(long back, SequenceFaults faults)
    {
        if (back >= 64 || ((_seen >> (int)back) & 1) != 0)
        {
            faults.Repeated++;
            return;
        }

        _seen |= 1UL << (int)back;
        faults.Lost--;
        faults.Reordered++;
    }
}
