namespace RfBroadcast.Redis.Tests.Chaos;

/// <summary>What the models have found to be wrong. Thread-safe.</summary>
internal sealed class Findings
{
    private const int MostKept = 100;

    private readonly Lock _gate = new();
    private readonly List<string> _all = [];

    public IReadOnlyList<string> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _all];
            }
        }
    }

    public void Add(string finding)
    {
        lock (_gate)
        {
            if (_all.Count < MostKept)
            {
                _all.Add(finding);
            }
        }
    }
}
