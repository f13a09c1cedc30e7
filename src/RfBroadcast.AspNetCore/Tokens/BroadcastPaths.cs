using Microsoft.AspNetCore.Http;

namespace RfBroadcast.AspNetCore;

/// <summary>The paths that handshakes come to. Thread-safe.</summary>
/// <remarks>
/// Asked before any middleware has run, so a path base is not known yet, and a route group's prefix never is: a path matches
/// when it ends with a mapped one.
/// </remarks>
internal sealed class BroadcastPaths
{
    private readonly Lock _adding = new();

    // Replaced, never changed.
    private volatile string[][] _all = [];

    /// <summary>Adds a route as it is mapped, such as <c>/ws</c>. It stands for itself and for one segment below.</summary>
    public void Add(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        lock (_adding)
        {
            _all = [.. _all, Split(path)];
        }
    }

    /// <summary>Whether this path may be one of a handshake.</summary>
    public bool IsMapped(PathString path)
    {
        var mapped = _all;
        if (mapped.Length == 0)
        {
            return false;
        }

        var segments = Split(path.Value ?? string.Empty);
        return mapped.Any(route => EndsWith(segments.AsSpan(), route)
            || (segments.Length > 0 && EndsWith(segments.AsSpan(0, segments.Length - 1), route)));
    }

    private static string[] Split(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    private static bool EndsWith(ReadOnlySpan<string> segments, string[] route) =>
        segments.Length >= route.Length
        && segments[^route.Length..].SequenceEqual(route, StringComparer.OrdinalIgnoreCase);
}
