namespace RfBroadcast.AspNetCore;

/// <summary>What goes when the queue is full: only whole frames of channels whose policy allows it.</summary>
internal sealed partial class OutgoingQueue
{
    /// <summary>Drops what the channels' policies let go; false when that is not enough. Under the lock.</summary>
    private bool TryMakeRoom()
    {
        var items = _items!.ToArray(); // over the limit, so not empty
        var dropped = new bool[items.Length][];
        for (var i = 0; i < items.Length; i++)
        {
            dropped[i] = items[i].IsSlice && items[i].Slice.Batch.Overflow != OverflowPolicy.Close ? new bool[items[i].Slice.Count] : [];
        }

        var bytes = _bytes;
        ReplaceByNewer(items, dropped, ref bytes);
        DropOldest(items, dropped, ref bytes);
        Rebuild(items, dropped);
        return _bytes <= _limit;
    }

    /// <summary>Of each event of a "latest" channel only the newest stays.</summary>
    private static void ReplaceByNewer(QueuedItem[] items, bool[][] dropped, ref int bytes)
    {
        var newer = new HashSet<(string Channel, string Event)>();
        for (var i = items.Length - 1; i >= 0; i--)
        {
            if (dropped[i].Length == 0 || items[i].Slice.Batch.Overflow != OverflowPolicy.Latest)
            {
                continue;
            }

            var slice = items[i].Slice;
            for (var frame = slice.Count - 1; frame >= 0; frame--)
            {
                if (slice.Frames[frame].Event is { } name && !newer.Add((slice.Batch.Channel.WireName, name)))
                {
                    dropped[i][frame] = true;
                    bytes -= LengthOf(slice, frame);
                }
            }
        }
    }

    /// <summary>The oldest frames of "drop oldest" channels go, down to three quarters, so that the next frame need not look again.</summary>
    private void DropOldest(QueuedItem[] items, bool[][] dropped, ref int bytes)
    {
        var target = _limit / 4 * 3;
        for (var i = 0; i < items.Length && bytes > target; i++)
        {
            if (dropped[i].Length == 0 || items[i].Slice.Batch.Overflow != OverflowPolicy.DropOldest)
            {
                continue;
            }

            var slice = items[i].Slice;
            for (var frame = 0; frame < slice.Count && bytes > target; frame++)
            {
                if (!slice.Frames[frame].IsEdge)
                {
                    dropped[i][frame] = true;
                    bytes -= LengthOf(slice, frame);
                }
            }
        }
    }

    /// <summary>Counts the frames that go together with a connection that was too slow.</summary>
    private void CountDiscarded()
    {
        var frames = 0;
        foreach (var item in _items ?? [])
        {
            frames += item.IsSlice ? item.Slice.Count : 0;
        }

        if (frames > 0)
        {
            _metrics.Dropped(OverflowPolicy.Close, frames);
        }
    }

    private void Rebuild(QueuedItem[] items, bool[][] dropped)
    {
        _items!.Clear(); // as above
        _bytes = 0;
        var gaps = new Dictionary<string, QueuedGap>(StringComparer.Ordinal);
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i].Gap is { } gap)
            {
                gaps[gap.Channel.WireName] = gap;
            }

            if (!dropped[i].Contains(true))
            {
                Enqueue(items[i]);
                continue;
            }

            EnqueueRest(items[i].Slice, dropped[i], gaps);
        }
    }

    /// <summary>Queues the runs of a slice that stay, and tells of the others in the channel's one gap, where the first of them was.</summary>
    private void EnqueueRest(in BatchSlice slice, bool[] dropped, Dictionary<string, QueuedGap> gaps)
    {
        var count = 0;
        for (var i = 0; i < dropped.Length;)
        {
            var first = i;
            while (i < dropped.Length && !dropped[i])
            {
                i++;
            }

            if (i > first)
            {
                Enqueue(new QueuedItem(new BatchSlice(slice.Batch, slice.First + first, i - first)));
            }

            while (i < dropped.Length && dropped[i])
            {
                GapOf(slice.Batch.Channel, gaps).Dropped++;
                count++;
                i++;
            }
        }

        _metrics.Dropped(slice.Batch.Overflow, count);
    }

    private QueuedGap GapOf(Channel channel, Dictionary<string, QueuedGap> gaps)
    {
        if (!gaps.TryGetValue(channel.WireName, out var gap))
        {
            gaps[channel.WireName] = gap = new QueuedGap(channel);
            Enqueue(new QueuedItem(gap));
        }

        return gap;
    }

    private static int LengthOf(in BatchSlice slice, int frame) => new BatchSlice(slice.Batch, slice.First + frame, 1).Length;
}
