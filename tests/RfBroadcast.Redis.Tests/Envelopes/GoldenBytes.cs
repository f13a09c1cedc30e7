using System.Globalization;
using System.Text;

namespace RfBroadcast.Redis.Tests.Envelopes;

/// <summary>
/// Bytes that other nodes may read or have written, in a file under <c>Golden</c>: a line is numbers in hex, texts in quotes, <c>??</c> for a byte that
/// varies; after two spaces what they mean.
/// </summary>
internal sealed class GoldenBytes
{
    private const byte Filling = (byte)'A';

    private readonly List<byte?> _bytes = [];

    private GoldenBytes(string file)
    {
        foreach (var line in File.ReadLines(file))
        {
            foreach (var token in line.Split("  ", 2)[0].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                _bytes.AddRange(token switch
                {
                    "??" => [null],
                    ['"', .. var text, '"'] => Encoding.ASCII.GetBytes(text).Select(one => (byte?)one),
                    _ => [byte.Parse(token, NumberStyles.HexNumber, CultureInfo.InvariantCulture)],
                });
            }
        }
    }

    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "*.hex").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    private static string Folder => Repository.PathOf("tests", "RfBroadcast.Redis.Tests", "Envelopes", "Golden");

    public static GoldenBytes Read(string name) => new(Path.Combine(Folder, name + ".hex"));

    /// <summary>The bytes, with the same letter for those that vary.</summary>
    public byte[] Fill() => [.. _bytes.Select(one => one ?? Filling)];

    /// <summary>Expects these bytes, but for those that vary.</summary>
    public void ShouldBe(byte[] actual) =>
        Show([.. actual.Select((one, i) => i < _bytes.Count && _bytes[i] is null ? null : (byte?)one)]).Should().Be(Show(_bytes));

    private static string Show(IReadOnlyList<byte?> bytes) =>
        string.Join(' ', bytes.Select(one => one is { } number ? number.ToString("x2", CultureInfo.InvariantCulture) : "??"));
}
