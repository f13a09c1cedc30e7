using System.Runtime.CompilerServices;

namespace RfBroadcast.Testing;

/// <summary>One thing that every broadcaster must do. Immutable; cases are independent and may run at once.</summary>
public sealed class BroadcasterCase
{
    private readonly Func<CaseRun, Task> _body;

    private BroadcasterCase(string name, bool needsManyNodes, Func<CaseRun, Task> body)
    {
        Name = name;
        NeedsManyNodes = needsManyNodes;
        _body = body;
    }

    /// <summary>Its name, unique in the suite: a topic and what is asked, <c>Presence.Snapshot_IncludesTheJoiner</c>.</summary>
    public string Name { get; }

    /// <summary>Whether it makes sense only where several nodes are one (<see cref="BroadcasterCluster.HasManyNodes"/>).</summary>
    public bool NeedsManyNodes { get; }

    /// <summary>Starts the nodes it needs, runs, and stops them; completes when the case holds.</summary>
    /// <exception cref="ArgumentException">It needs many nodes, and the cluster has one.</exception>
    /// <exception cref="BroadcasterCaseException">The broadcaster does not do what the case asks; the message says what it did.</exception>
    public async Task RunAsync(BroadcasterCluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        if (NeedsManyNodes && !cluster.HasManyNodes)
        {
            throw new ArgumentException($"The case {Name} needs several nodes; this broadcaster has one.", nameof(cluster));
        }

        var run = new CaseRun(cluster);
        try
        {
            // Every wait inside ends by itself; twice as long is for a call of the broadcaster that hangs. On the thread pool,
            // because cases do not care for the synchronization context of a test framework.
            await Task.Run(() => _body(run)).WaitAsync(cluster.Patience * 2, TimeProvider.System).ConfigureAwait(false);
            await run.StopAsync().WaitAsync(cluster.Patience, TimeProvider.System).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            await run.AbandonAsync().ConfigureAwait(false);
            throw new BroadcasterCaseException($"{Name}: {(fault is CheckException ? "" : fault.GetType().Name + ": ")}{fault.Message}", fault);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal static BroadcasterCase One(string topic, Func<CaseRun, Task> body, [CallerArgumentExpression(nameof(body))] string name = "") =>
        new($"{topic}.{name}", needsManyNodes: false, body);

    internal static BroadcasterCase Many(string topic, Func<CaseRun, Task> body, [CallerArgumentExpression(nameof(body))] string name = "") =>
        new($"{topic}.{name}", needsManyNodes: true, body);
}
