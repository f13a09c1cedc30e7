using System.Globalization;
using System.Text;

namespace RfBroadcast.Benchmarks;

/// <summary>
/// Padding that compresses as an app's JSON does: order lines whose names repeat and whose values differ, no two messages alike
/// within what a compressor remembers.
/// </summary>
internal static class JsonPadding
{
    /// <summary>What stands before the size in a command that wants it.</summary>
    public const string Prefix = "json";

    // 64 KB of the smallest: twice the window of deflate.
    private const int Variants = 64;

    private static readonly string[] Names = ["Walnut desk", "Desk lamp", "Office chair", "Bookshelf", "Filing cabinet", "Monitor arm", "Floor mat", "Whiteboard"];
    private static readonly string[] States = ["open", "packed", "shipped", "delivered", "returned"];

    /// <summary>Several paddings that make payloads of this many bytes.</summary>
    public static byte[][] Of(int size) => [.. Enumerable.Range(1, Variants).Select(seed => Make(size - Payload.WithoutPadding, new Random(seed)))];

    // An array of objects, and one string to fill up.
    private static byte[] Make(int length, Random random)
    {
        var text = new StringBuilder("[", length);
        while (true)
        {
            var line = string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"id\":{random.Next(100_000, 1_000_000)},\"sku\":\"{random.Next(10_000):D4}-{random.Next(100):D2}\",\"name\":\"{Names[random.Next(Names.Length)]}\",\"price\":{random.Next(1_000, 100_000) / 100.0:F2},\"quantity\":{random.Next(1, 20)},\"state\":\"{States[random.Next(States.Length)]}\"}},");
            if (text.Length + line.Length + 3 > length)
            {
                break;
            }

            text.Append(line);
        }

        text.Append('"').Append('.', length - text.Length - 2).Append("\"]");
        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
