namespace RfBroadcast.Benchmarks;

/// <summary>A file that the tables go to: between its two marks, or the whole of it when it has none.</summary>
internal static class MarkdownFile
{
    public const string FanoutMark = "measured";
    public const string RedisMark = "measured: redis";

    public static async Task WriteAsync(string path, string tables, string mark)
    {
        var text = File.Exists(path) ? await File.ReadAllTextAsync(path) : "";
        await File.WriteAllTextAsync(path, Insert(text, tables, mark));
    }

    /// <summary>Puts the tables between the marks of a text.</summary>
    public static string Insert(string text, string tables, string mark)
    {
        var opening = $"<!-- {mark} -->\n";
        var start = text.IndexOf(opening, StringComparison.Ordinal);
        var end = text.IndexOf($"<!-- /{mark} -->", StringComparison.Ordinal);
        return start >= 0 && end > start ? text[..(start + opening.Length)] + tables + text[end..] : tables;
    }
}
