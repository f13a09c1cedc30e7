using System.Text;

namespace RfBroadcast.Benchmarks;

/// <summary>Writes tables for the console.</summary>
internal static class TextTable
{
    public static string Of(IReadOnlyList<Table> tables)
    {
        var text = new StringBuilder();
        foreach (var table in tables)
        {
            List<IReadOnlyList<string>> lines = [table.Columns, .. table.Lines];
            var widths = table.Columns.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
            text.AppendLine().AppendLine(table.Heading);
            foreach (var line in lines)
            {
                text.Append("  ").AppendJoin("  ", line.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column])));
                text.AppendLine();
            }
        }

        return text.ToString();
    }
}
