namespace RfBroadcast.Redis.Tests.Chaos;

/// <summary>What happens when, all of it from the seed.</summary>
internal static class ChaosSchedule
{
    private const int Redis = -1;

    // How often each comes, in comparison, and how long it lasts at least and at most, in ms.
    private static readonly (ChaosFault Fault, int Weight, int Least, int Most)[] Faults =
    [
        (ChaosFault.KillNode, 6, 200, 3000),
        (ChaosFault.StopNode, 2, 200, 2000),
        (ChaosFault.PauseNode, 3, 500, 6000),
        (ChaosFault.CutNode, 5, 0, 1),
        (ChaosFault.FreezeNode, 5, 300, 5000),
        (ChaosFault.DelayNode, 5, 1000, 4000),
        (ChaosFault.RefuseNode, 3, 500, 3000),
        (ChaosFault.PauseRedis, 4, 200, 3000),
        (ChaosFault.KillClients, 4, 0, 1),
        (ChaosFault.RestartRedis, 2, 100, 2000),
        (ChaosFault.EmptyRedis, 1, 100, 2000),
    ];

    /// <summary>The steps of one round, in order. Two that do the same to the same node or to Redis do not overlap.</summary>
    public static IReadOnlyList<ChaosStep> Make(Random random, int nodes, TimeSpan length)
    {
        var steps = new List<ChaosStep>();
        var free = new Dictionary<int, TimeSpan>();
        for (var at = TimeSpan.FromMilliseconds(500); at < length; at += TimeSpan.FromMilliseconds(random.Next(200, 1500)))
        {
            var (fault, _, least, most) = Draw(random);
            var node = fault >= ChaosFault.PauseRedis ? Redis : random.Next(nodes);
            var end = at + TimeSpan.FromMilliseconds(random.Next(least, most));
            if (end < length && free.GetValueOrDefault(node) <= at)
            {
                steps.Add(new ChaosStep(at, fault, node, end - at));
                free[node] = end;
            }
        }

        return steps;
    }

    private static (ChaosFault Fault, int Weight, int Least, int Most) Draw(Random random)
    {
        var number = random.Next(Faults.Sum(fault => fault.Weight));
        return Faults.First(fault => (number -= fault.Weight) < 0);
    }
}
