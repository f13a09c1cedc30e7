using System.Diagnostics.CodeAnalysis;

namespace RfBroadcast;

/// <summary>
/// A pattern over bare channel names, as used for authorization and settings: dots separate segments; a segment is a
/// literal, compared ordinally, or a parameter <c>{id}</c>, with constraints <c>{id:int:min(1)}</c>; a last <c>{**rest}</c>
/// takes one or more segments, dots included.
/// </summary>
/// <remarks>
/// Constraints: <c>int long guid bool alpha min(n) max(n) range(a,b) length(n) length(a,b) minlength(n) maxlength(n)
/// regex(expression)</c>. Immutable and thread-safe.
/// </remarks>
public sealed class ChannelPattern
{
    private readonly PatternSegment[] _segments;

    private ChannelPattern(string text, PatternSegment[] segments)
    {
        Text = text;
        _segments = segments;
        ParameterNames = [.. segments.Where(segment => segment.IsParameter).Select(segment => segment.Text)];
    }

    /// <summary>The pattern as it was written.</summary>
    public string Text { get; }

    /// <summary>The names of its parameters, in order.</summary>
    public IReadOnlyList<string> ParameterNames { get; }

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="ArgumentException">It is not valid; the message says where and how to write it.</exception>
    public static ChannelPattern Parse(string pattern)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        return new ChannelPattern(pattern, PatternParser.Parse(pattern));
    }

    /// <summary>Whether a bare name matches.</summary>
    public bool IsMatch(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Match(name, values: null);
    }

    /// <summary>Matches a bare name and gives the values of the parameters.</summary>
    public bool TryMatch(string name, [NotNullWhen(true)] out IReadOnlyDictionary<string, string>? values)
    {
        ArgumentNullException.ThrowIfNull(name);
        var found = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        values = Match(name, found) ? found : null;
        return values is not null;
    }

    /// <summary>The pattern as it was written.</summary>
    public override string ToString() => Text;

    private bool Match(string name, Dictionary<string, string>? values)
    {
        var rest = name.AsSpan();
        for (var i = 0; i < _segments.Length; i++)
        {
            var segment = _segments[i];
            var dot = segment.TakesRest ? -1 : rest.IndexOf('.');
            var value = dot < 0 ? rest : rest[..dot];
            var isLast = i == _segments.Length - 1;
            if (isLast != dot < 0 || !segment.Accepts(value))
            {
                return false;
            }

            if (segment.IsParameter)
            {
                values?.Add(segment.Text, value.ToString());
            }

            rest = isLast ? default : rest[(dot + 1)..];
        }

        return true;
    }
}
