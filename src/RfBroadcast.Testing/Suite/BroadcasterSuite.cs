namespace RfBroadcast.Testing;

/// <summary>
/// What every broadcaster must do, as cases that a theory of any test framework runs: deliver in order, leave out, count
/// members, keep history, recover, publish once by key, and act on connections of other nodes.
/// </summary>
/// <example>
/// With xunit:
/// <code>
/// public static TheoryData&lt;string&gt; Names => [.. BroadcasterSuite.Cases.Select(one => one.Name)];
///
/// [Theory, MemberData(nameof(Names))]
/// public Task MyBroadcaster_PassesTheSuite(string name) =>
///     BroadcasterSuite.RunAsync(name, new BroadcasterCluster(builder => builder.UseMine("localhost:1234")) { HasManyNodes = true });
/// </code>
/// </example>
public static class BroadcasterSuite
{
    /// <summary>All cases. A broadcaster of one process leaves out those that need many nodes (<see cref="BroadcasterCase.NeedsManyNodes"/>).</summary>
    public static IReadOnlyList<BroadcasterCase> Cases { get; } =
    [
        .. FanOutCases.All,
        .. OrderCases.All,
        .. SenderCases.All,
        .. ConnectionCases.All,
        .. SubscriptionCases.All,
        .. PresenceCases.All,
        .. PresenceLeaveCases.All,
        .. HistoryCases.All,
        .. RecoveryCases.All,
        .. RecoveryFailureCases.All,
        .. IdempotencyCases.All,
        .. ControlCases.All,
        .. RaceCases.All,
    ];

    /// <summary>Runs the case of that name; completes when it holds.</summary>
    /// <exception cref="ArgumentException">There is no case of that name.</exception>
    /// <exception cref="BroadcasterCaseException">The broadcaster does not do what the case asks.</exception>
    public static Task RunAsync(string name, BroadcasterCluster cluster)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        foreach (var one in Cases)
        {
            if (string.Equals(one.Name, name, StringComparison.Ordinal))
            {
                return one.RunAsync(cluster);
            }
        }

        throw new ArgumentException($"The suite has no case \"{name}\"; BroadcasterSuite.Cases has their names.", nameof(name));
    }
}
