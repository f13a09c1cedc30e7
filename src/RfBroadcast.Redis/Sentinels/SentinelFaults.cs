namespace RfBroadcast.Redis;

/// <summary>Says what to do about the errors of sentinels.</summary>
internal static class SentinelFaults
{
    private static readonly (string Mark, string Cure)[] Cures =
    [
        ("WRONGPASS", "the password is not accepted: set Broadcasting:Redis:SentinelPassword (and SentinelUser, where there is one)"),
        ("NOAUTH", "it asks for a password: set Broadcasting:Redis:SentinelPassword"),
        ("without any password configured", "it has no password, but one is set: leave Broadcasting:Redis:SentinelPassword out"),
        ("NOPERM", "the user of Broadcasting:Redis:SentinelUser may not run SENTINEL and SUBSCRIBE: let it"),
        ("unknown command", "it is no sentinel: let Broadcasting:Redis:Sentinels name the sentinels (port 26379 by default), not the servers"),
    ];

    public static string Explain(string error)
    {
        foreach (var (mark, cure) in Cures)
        {
            if (error.Contains(mark, StringComparison.OrdinalIgnoreCase))
            {
                return $"{cure} ({error})";
            }
        }

        return error;
    }

    /// <summary>What is told when no sentinel named a master.</summary>
    public static string Explain(SentinelSettings settings, IReadOnlyList<string> faults) => faults.Count == 0
        ? $"The sentinels know no master named \"{settings.Service}\": set Broadcasting:Redis:SentinelService to the name they monitor it by."
        : $"No sentinel of Broadcasting:Redis:Sentinels names the master of \"{settings.Service}\". {string.Join("; ", faults)}";
}
