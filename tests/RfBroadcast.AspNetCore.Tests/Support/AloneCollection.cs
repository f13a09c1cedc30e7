namespace RfBroadcast.AspNetCore.Tests.Support;

/// <summary>Tests of what the whole process is left with: they run when no other does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone in the process";
}
