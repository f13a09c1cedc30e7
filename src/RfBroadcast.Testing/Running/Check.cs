using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace RfBroadcast.Testing;

/// <summary>What cases check. A failure says what was expected, what there was, and of what.</summary>
internal static class Check
{
    public static void That([DoesNotReturnIf(false)] bool condition, string expectation)
    {
        if (!condition)
        {
            throw new CheckException($"Expected: {expectation}.");
        }
    }

    public static void Equal<T>(T expected, T actual, string what) =>
        That(EqualityComparer<T>.Default.Equals(expected, actual), $"{what} is {Show(expected)}; it is {Show(actual)}");

    /// <summary>The same items in the same order.</summary>
    public static void Sequence<T>(IEnumerable<T> expected, IEnumerable<T> actual, string what)
    {
        var (wanted, given) = (expected.ToArray(), actual.ToArray());
        That(wanted.SequenceEqual(given), $"{what}: {Show(wanted)}; there is {Show(given)}");
    }

    /// <summary>The same items in any order.</summary>
    public static void Set<T>(IEnumerable<T> expected, IEnumerable<T> actual, string what)
        where T : IComparable<T> => Sequence(expected.Order(), actual.Order(), what);

    /// <summary>The numbers from first to last, each once and in order.</summary>
    public static void Range(long first, long last, IReadOnlyList<long> actual, string what)
    {
        for (var i = 0; i < actual.Count; i++)
        {
            That(actual[i] == first + i, $"{what}: {first} to {last} without gap or repeat; after {first + i - 1} comes {actual[i]}");
        }

        That(actual.Count == last - first + 1, $"{what}: {first} to {last}; there are {actual.Count}");
    }

    public static async Task<TException> ThrowsAsync<TException>(Func<Task> call, string what)
        where TException : Exception
    {
        try
        {
            await call().ConfigureAwait(false);
        }
        catch (TException fault)
        {
            return fault;
        }
        catch (Exception fault)
        {
            throw new CheckException($"Expected: {what} throws {typeof(TException).Name}; it threw {fault.GetType().Name}: {fault.Message}");
        }

        throw new CheckException($"Expected: {what} throws {typeof(TException).Name}; it did not throw.");
    }

    public static string Show(object? value) => value switch
    {
        null => "null",
        string text => text.Length > 200 ? $"{text.AsSpan(0, 200)}... ({text.Length} characters)" : text,
        IEnumerable items => Show(items),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };

    private static string Show(IEnumerable items)
    {
        var shown = items.Cast<object?>().Select(Show).ToArray();
        return $"[{string.Join(", ", shown.Take(50))}{(shown.Length > 50 ? $", ... {shown.Length} in all" : "")}]";
    }
}
