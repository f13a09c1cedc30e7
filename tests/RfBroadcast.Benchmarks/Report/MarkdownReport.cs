using System.Text;

namespace RfBroadcast.Benchmarks;

/// <summary>Writes tables as docs/performance.md has them.</summary>
internal static class MarkdownReport
{
    public static string Of(string description, IReadOnlyList<Table> tables)
    {
        var text = new StringBuilder(description).Append("\n\n");
        foreach (var table in tables)
        {
            text.Append("### ").Append(table.Heading).Append("\n\n");
            Append(text, table.Columns);
            Append(text, [.. table.Columns.Select((_, column) => column == 0 ? "---" : "---:")]);
            foreach (var line in table.Lines)
            {
                Append(text, line);
            }

            text.Append('\n');
        }

        return text.ToString().TrimEnd() + "\n";
    }

    private static void Append(StringBuilder text, IReadOnlyList<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
