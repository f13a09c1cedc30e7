namespace RfBroadcast.Testing;

/// <summary>The broadcaster that <see cref="BroadcasterSuite"/> is run on, and how its nodes are made. Immutable.</summary>
public sealed class BroadcasterCluster
{
    /// <summary>Describes a broadcaster.</summary>
    /// <param name="use">
    /// Adds it to a node, as an app does after <c>AddBroadcastingCore()</c>; called once for each node. The suite starts the
    /// node's hosted services before it uses it, and stops them. Cases do not disturb each other in one store: all their
    /// channels, connections, users and keys have names of their own.
    /// </param>
    public BroadcasterCluster(Action<IBroadcastingBuilder> use)
    {
        ArgumentNullException.ThrowIfNull(use);
        Use = use;
    }

    /// <summary>Whether several nodes act as one. Default false: one process.</summary>
    public bool HasManyNodes { get; init; }

    /// <summary>How long a case waits for what must come. It only ends a case that fails. Default 30 s.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    internal Action<IBroadcastingBuilder> Use { get; }
}
