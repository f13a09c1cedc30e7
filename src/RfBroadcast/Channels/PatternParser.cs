using System.Text.RegularExpressions;

namespace RfBroadcast;

/// <summary>Reads the text of a <see cref="ChannelPattern"/>.</summary>
internal static class PatternParser
{
    public static PatternSegment[] Parse(string pattern)
    {
        var parts = Split(pattern, pattern, '.');
        var segments = new PatternSegment[parts.Count];
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < segments.Length; i++)
        {
            var segment = ParseSegment(pattern, parts[i], isFirst: i == 0);
            if (segment.TakesRest && i < segments.Length - 1)
            {
                throw Fault(pattern, $"\"{parts[i]}\" takes the rest of the name, so it must come last");
            }

            if (segment.IsParameter && !names.Add(segment.Text))
            {
                throw Fault(pattern, $"the parameter \"{segment.Text}\" is there twice");
            }

            segments[i] = segment;
        }

        return segments;
    }

    private static PatternSegment ParseSegment(string pattern, string part, bool isFirst)
    {
        if (part.StartsWith('{') && part.EndsWith('}'))
        {
            return ParseParameter(pattern, part);
        }

        if (part.AsSpan().IndexOfAny('{', '}') >= 0)
        {
            throw Fault(pattern, $"\"{part}\" mixes text and a parameter; put a dot between them");
        }

        var fault = FindLiteralFault(part, isFirst);
        return fault is null ? new PatternSegment(part, isParameter: false, takesRest: false, []) : throw Fault(pattern, fault);
    }

    /// <summary>A literal is part of a name, so a name's rules hold; those on how it starts for the first one only.</summary>
    private static string? FindLiteralFault(string part, bool isFirst)
    {
        if (part.Length == 0)
        {
            return "a segment is empty";
        }

        if (!isFirst)
        {
            return ChannelName.FindWrongCharacter(part);
        }

        return ChannelName.KindOf(part) == ChannelKind.Public
            ? ChannelName.FindFault(part)
            : "patterns take bare names, without \"private-\" or \"presence-\"";
    }

    private static PatternSegment ParseParameter(string pattern, string part)
    {
        var inner = part[1..^1];
        var takesRest = inner.StartsWith("**", StringComparison.Ordinal);
        var pieces = Split(pattern, takesRest ? inner[2..] : inner, ':');
        var name = pieces[0];
        if (name.Length == 0 || name.Any(character => !char.IsAsciiLetterOrDigit(character) && character != '_'))
        {
            throw Fault(pattern, $"\"{part}\" needs a name of letters, digits and underscores, as in {{id}} or {{**rest}}");
        }

        var constraints = new SegmentConstraint[pieces.Count - 1];
        for (var i = 0; i < constraints.Length; i++)
        {
            constraints[i] = ParseConstraint(pattern, pieces[i + 1]);
        }

        return new PatternSegment(name, isParameter: true, takesRest, constraints);
    }

    private static SegmentConstraint ParseConstraint(string pattern, string text)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var hasArgument = open > 0 && text.EndsWith(')');
        var name = hasArgument ? text[..open] : text;
        var argument = hasArgument ? text[(open + 1)..^1] : null;
        try
        {
            return SegmentConstraints.Find(name, argument)
                ?? throw Fault(pattern, $"\"{text}\" is not a known constraint; known are {SegmentConstraints.Known}");
        }
        catch (RegexParseException fault)
        {
            throw Fault(pattern, $"\"{text}\" is not a valid expression: {fault.Message}");
        }
    }

    /// <summary>Splits at a separator that stands outside all braces and parentheses.</summary>
    private static List<string> Split(string pattern, string text, char separator)
    {
        var parts = new List<string>();
        int depth = 0, start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i];
            if (character is '{' or '(')
            {
                depth++;
            }
            else if (character is '}' or ')')
            {
                depth--;
            }
            else if (character == separator && depth == 0)
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }

            if (depth < 0)
            {
                break;
            }
        }

        if (depth != 0)
        {
            throw Fault(pattern, "its braces or parentheses are not balanced");
        }

        parts.Add(text[start..]);
        return parts;
    }

    private static ArgumentException Fault(string pattern, string what) =>
        new($"The channel pattern \"{pattern}\" is not valid: {what}.", nameof(pattern));
}
