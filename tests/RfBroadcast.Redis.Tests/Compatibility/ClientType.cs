namespace RfBroadcast.Redis.Tests.Compatibility;

/// <summary>A public type of a <see cref="ClientApi"/>.</summary>
internal sealed record ClientType(IReadOnlySet<string> Members, IReadOnlyDictionary<string, long> Numbers, IReadOnlyList<string> Bases);
