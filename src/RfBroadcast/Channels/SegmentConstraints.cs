using System.Globalization;
using System.Text.RegularExpressions;

namespace RfBroadcast;

/// <summary>The constraints a pattern may name. They mean what they mean in ASP.NET Core's routes.</summary>
internal static class SegmentConstraints
{
    public const string Known = "int, long, guid, bool, alpha, min(n), max(n), range(a,b), length(n), length(a,b), minlength(n), maxlength(n), regex(expression)";

    private static readonly TimeSpan RegexTimeout = TimeSpan.FromMilliseconds(100);

    /// <summary>Makes the constraint, or null when there is none of that name and arguments.</summary>
    public static SegmentConstraint? Find(string name, string? argument) => (name, Numbers(argument)) switch
    {
        ("int", _) when argument is null => value => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        ("long", _) when argument is null => value => IsLong(value, out _),
        ("guid", _) when argument is null => value => Guid.TryParse(value, CultureInfo.InvariantCulture, out _),
        ("bool", _) when argument is null => value => bool.TryParse(value, out _),
        ("alpha", _) when argument is null => IsAlpha,
        ("min", [var least]) => value => IsLong(value, out var number) && number >= least,
        ("max", [var most]) => value => IsLong(value, out var number) && number <= most,
        ("range", [var least, var most]) => value => IsLong(value, out var number) && number >= least && number <= most,
        ("length", [var length]) => value => value.Length == length,
        ("length", [var least, var most]) => value => value.Length >= least && value.Length <= most,
        ("minlength", [var least]) => value => value.Length >= least,
        ("maxlength", [var most]) => value => value.Length <= most,
        ("regex", _) when argument is not null => Matches(argument),
        _ => null,
    };

    private static bool IsLong(ReadOnlySpan<char> value, out long number) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    private static bool IsAlpha(ReadOnlySpan<char> value)
    {
        foreach (var character in value)
        {
            if (!char.IsAsciiLetter(character))
            {
                return false;
            }
        }

        return true;
    }

    private static SegmentConstraint Matches(string expression)
    {
        var regex = new Regex(expression, RegexOptions.CultureInvariant, RegexTimeout);
        return value =>
        {
            try
            {
                return regex.IsMatch(value);
            }
            catch (RegexMatchTimeoutException)
            {
                // The value comes from a client; an expression that explodes on it is no match.
                return false;
            }
        };
    }

    private static long[] Numbers(string? argument)
    {
        if (argument is null)
        {
            return [];
        }

        var parts = argument.Split(',', StringSplitOptions.TrimEntries);
        var numbers = new long[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!IsLong(parts[i], out numbers[i]))
            {
                return [];
            }
        }

        return numbers;
    }
}
