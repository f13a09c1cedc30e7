using RfBroadcast.TestSupport;

namespace RfBroadcast.Benchmarks.Tests.Report;

public sealed class MarkdownFileTests
{
    [Fact]
    public void Insert_InTheDocument_ReplacesOnlyWhatIsBetweenItsMarks()
    {
        var document = File.ReadAllText(Repository.PathOf("docs", "performance.md"));

        var first = MarkdownFile.Insert(document, "one\n");
        var second = MarkdownFile.Insert(first, "two\n");

        first.Should().Contain("one\n").And.StartWith("# Performance\n").And.EndWith(document[^100..]);
        second.Should().Be(first.Replace("one\n", "two\n", StringComparison.Ordinal));
    }

    [Fact]
    public void Insert_WithoutMarks_IsTheTablesAlone() => MarkdownFile.Insert("old", "new").Should().Be("new");
}
