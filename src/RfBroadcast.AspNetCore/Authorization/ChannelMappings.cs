using System.Diagnostics.CodeAnalysis;

namespace RfBroadcast.AspNetCore;

/// <summary>All mapped patterns, in the order they were mapped. Thread-safe.</summary>
internal sealed class ChannelMappings
{
    private readonly Lock _adding = new();

    // Replaced, never changed.
    private volatile ChannelMapping[] _all = [];

    /// <summary>The patterns as they were written, for a log.</summary>
    public string Patterns => _all is [] ? "(none)" : string.Join(", ", _all.Select(mapping => mapping.Pattern.Text));

    /// <summary>Adds one, to be asked after those before it.</summary>
    /// <exception cref="InvalidOperationException">The same pattern was mapped before.</exception>
    public void Add(ChannelMapping mapping)
    {
        lock (_adding)
        {
            if (_all.Any(other => other.Pattern.Text == mapping.Pattern.Text))
            {
                throw new InvalidOperationException(
                    $"The channel pattern \"{mapping.Pattern.Text}\" is mapped twice. The first one decides, so the second would never be asked: remove one.");
            }

            _all = [.. _all, mapping];
        }
    }

    /// <summary>The first mapping whose pattern matches a bare name, and the values of its parameters.</summary>
    /// <param name="name">The bare name.</param>
    /// <param name="spelledOut">What the pattern must spell out at its start, instead of matching it by a parameter.</param>
    /// <param name="mapping">The mapping found.</param>
    /// <param name="parameters">The values of its parameters.</param>
    public bool TryFind(
        string name,
        string spelledOut,
        [NotNullWhen(true)] out ChannelMapping? mapping,
        [NotNullWhen(true)] out IReadOnlyDictionary<string, string>? parameters)
    {
        foreach (var candidate in _all)
        {
            if (candidate.Pattern.Text.StartsWith(spelledOut, StringComparison.Ordinal) && candidate.Pattern.TryMatch(name, out parameters))
            {
                mapping = candidate;
                return true;
            }
        }

        mapping = null;
        parameters = null;
        return false;
    }
}
