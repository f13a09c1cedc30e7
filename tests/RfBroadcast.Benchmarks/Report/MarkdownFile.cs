namespace RfBroadcast.Benchmarks;

/// <summary>A file that the tables go to: between its two marks, or the whole of it when it has none.</summary>
internal static class MarkdownFile
{
    public const string Start = "<!-- measured -->\n";
    public const string End = "<!-- /measured -->";

    public static async Task WriteAsync(string path, string tables)
    {
        var text = File.Exists(path) ? await File.ReadAllTextAsync(path) : "";
        await File.WriteAllTextAsync(path, Insert(text, tables));
    }

    /// <summary>Puts the tables between the marks of a text.</summary>
    public static string Insert(string text, string tables)
    {
        var start = text.IndexOf(Start, StringComparison.Ordinal);
        var end = text.IndexOf(End, StringComparison.Ordinal);
        return start >= 0 && end > start ? text[..(start + Start.Length)] + tables + text[end..] : tables;
    }
}
