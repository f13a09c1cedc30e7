using RfBroadcast.TestSupport;

namespace RfBroadcast.Benchmarks.Tests.Report;

public sealed class MarkdownFileTests
{
    [Theory]
    [InlineData(MarkdownFile.FanoutMark)]
    [InlineData(MarkdownFile.RedisMark)]
    public void Insert_InTheDocument_ReplacesOnlyWhatIsBetweenItsMarks(string mark)
    {
        var document = File.ReadAllText(Repository.PathOf("docs", "performance.md"));

        var first = MarkdownFile.Insert(document, "one\n", mark);
        var second = MarkdownFile.Insert(first, "two\n", mark);

        first.Should().Contain("one\n").And.StartWith("# Performance\n").And.EndWith(document[^100..]);
        second.Should().Be(first.Replace("one\n", "two\n", StringComparison.Ordinal));
    }

    [Fact]
    public void Insert_WithoutMarks_IsTheTablesAlone() => MarkdownFile.Insert("old", "new", MarkdownFile.FanoutMark).Should().Be("new");
}
