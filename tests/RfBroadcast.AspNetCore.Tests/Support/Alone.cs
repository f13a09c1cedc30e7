namespace RfBroadcast.AspNetCore.Tests.Support;

/// <summary>For tests that take the whole machine: they run one after the other, when the others are through.</summary>
[CollectionDefinition(Collection, DisableParallelization = true)]
public sealed class Alone
{
    public const string Collection = "Alone";
}
