namespace RfBroadcast.Testing;

/// <summary>
/// Members that only mark a place in a channel: whoever has seen one join has seen all joins and leaves before it, because
/// they are in one order.
/// </summary>
internal static class Marker
{
    private const string Prefix = "marker-";

    public static string User(int number) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Prefix}{number}");

    public static bool Is(string? userId) => userId?.StartsWith(Prefix, StringComparison.Ordinal) ?? false;
}
