namespace RfBroadcast.Tests;

public sealed class ChannelPatternTests
{
    [Theory]
    [InlineData("news", "news", true)]
    [InlineData("news", "News", false)]
    [InlineData("news", "news.1", false)]
    [InlineData("news.*", null, false)]
    [InlineData("orders.{id}", "orders.7", true)]
    [InlineData("orders.{id}", "Orders.7", false)]
    [InlineData("orders.{id}", "orders.", false)]
    [InlineData("orders.{id}", "orders", false)]
    [InlineData("orders.{id}", "orders.7.lines", false)]
    [InlineData("orders.{id}.lines", "orders.7.lines", true)]
    [InlineData("orders.{id}.lines", "orders.7.Lines", false)]
    [InlineData("orders.{id}.lines", "orders..lines", false)]
    [InlineData("{a}.{b}", "x.y", true)]
    [InlineData("{a}.{b}", "x", false)]
    [InlineData("files.{**path}", "files.a", true)]
    [InlineData("files.{**path}", "files.a.b.c", true)]
    [InlineData("files.{**path}", "files.", false)]
    [InlineData("files.{**path}", "files", false)]
    [InlineData("{**all}", "x.y.z", true)]
    [InlineData("rooms.private-1", "rooms.private-1", true)]
    [InlineData("rooms.cache-1", "rooms.cache-1", true)]
    public void IsMatch_Name_ComparesSegmentBySegment(string pattern, string? name, bool matches)
    {
        if (name is null)
        {
            FluentActions.Invoking(() => ChannelPattern.Parse(pattern)).Should().Throw<ArgumentException>();
            return;
        }

        ChannelPattern.Parse(pattern).IsMatch(name).Should().Be(matches);
    }

    [Theory]
    [InlineData("int", "7", "x")]
    [InlineData("int", "-7", "2147483648")]
    [InlineData("int", "0", "1e3")]
    [InlineData("long", "2147483648", "9223372036854775808")]
    [InlineData("guid", "7f1a4b50-0000-4000-8000-000000000001", "7f1a4b50")]
    [InlineData("bool", "true", "1")]
    [InlineData("alpha", "abC", "ab1")]
    [InlineData("min(3)", "3", "2")]
    [InlineData("max(3)", "3", "4")]
    [InlineData("range(1,3)", "1", "0")]
    [InlineData("range(1, 3)", "3", "4")]
    [InlineData("length(2)", "ab", "abc")]
    [InlineData("length(2,3)", "abc", "a")]
    [InlineData("minlength(2)", "ab", "a")]
    [InlineData("maxlength(2)", "ab", "abc")]
    [InlineData(@"regex(^\d{3}$)", "123", "1234")]
    [InlineData(@"regex(^(a|b:c=d)$)", "a", "c")]
    [InlineData("int:min(1)", "1", "0")]
    [InlineData("int:range(1,9)", "9", "x")]
    public void IsMatch_Constraint_TakesTheOneAndNotTheOther(string constraint, string taken, string refused)
    {
        var pattern = ChannelPattern.Parse($"orders.{{id:{constraint}}}");

        pattern.IsMatch($"orders.{taken}").Should().BeTrue();
        pattern.IsMatch($"orders.{refused}").Should().BeFalse();
    }

    [Fact]
    public void IsMatch_RegexThatExplodes_IsNoMatch() =>
        ChannelPattern.Parse("x.{id:regex(^(a+)+$)}").IsMatch("x." + new string('a', 150) + "b").Should().BeFalse();

    [Fact]
    public void TryMatch_SeveralParameters_GivesTheirValuesByName()
    {
        var pattern = ChannelPattern.Parse("shops.{shop}.orders.{id:int}.{**rest}");

        pattern.TryMatch("shops.north.orders.7.lines.2", out var values).Should().BeTrue();
        values.Should().BeEquivalentTo(new Dictionary<string, string> { ["shop"] = "north", ["id"] = "7", ["rest"] = "lines.2" });
        values!["SHOP"].Should().Be("north", "names of parameters are compared without case, as in routes");
        pattern.ParameterNames.Should().Equal("shop", "id", "rest");
        pattern.Text.Should().Be("shops.{shop}.orders.{id:int}.{**rest}").And.Be(pattern.ToString());
    }

    [Fact]
    public void TryMatch_NoMatch_GivesNothing()
    {
        ChannelPattern.Parse("orders.{id:int}").TryMatch("orders.x", out var values).Should().BeFalse();
        values.Should().BeNull();
    }

    [Fact]
    public void IsMatch_ConstrainedRest_ChecksAllOfIt() =>
        ChannelPattern.Parse("a.{**rest:maxlength(3)}").IsMatch("a.b.cd").Should().BeFalse();

    [Theory]
    [InlineData("orders.{id", "not balanced")]
    [InlineData("orders.id}", "not balanced")]
    [InlineData("orders.{id:min(1}", "not balanced")]
    [InlineData("orders.{**rest}.lines", "must come last")]
    [InlineData("{id}.{ID}", "\"ID\" is there twice")]
    [InlineData("orders.x{id}", "mixes text and a parameter")]
    [InlineData("orders.{id}x", "mixes text and a parameter")]
    [InlineData("orders.{}", "needs a name")]
    [InlineData("orders.{**}", "needs a name")]
    [InlineData("orders.{*rest}", "needs a name")]
    [InlineData("orders.{a b}", "needs a name")]
    [InlineData("orders.{id?}", "needs a name")]
    [InlineData("orders.{id=5}", "needs a name")]
    [InlineData("orders.{id:itn}", "\"itn\" is not a known constraint; known are int")]
    [InlineData("orders.{id:int()}", "not a known constraint")]
    [InlineData("orders.{id:min()}", "not a known constraint")]
    [InlineData("orders.{id:min(x)}", "not a known constraint")]
    [InlineData("orders.{id:range(1)}", "not a known constraint")]
    [InlineData("orders.{id:}", "not a known constraint")]
    [InlineData("orders.{id:regex([)}", "regex([)")]
    [InlineData("orders..x", "a segment is empty")]
    [InlineData(".orders", "a segment is empty")]
    [InlineData("orders.", "a segment is empty")]
    [InlineData("orders/x", "'/' is not allowed")]
    [InlineData("private-orders.{id}", "bare names")]
    [InlineData("presence-chat.{id}", "bare names")]
    [InlineData("cache-x", "reserved")]
    public void Parse_Fault_SaysWhatIsWrongWithWhichPattern(string pattern, string what)
    {
        var parse = () => ChannelPattern.Parse(pattern);

        parse.Should().Throw<ArgumentException>().Which.Message.Should().Contain($"\"{pattern}\"").And.Contain(what);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Parse_NoText_Throws(string? pattern) => FluentActions.Invoking(() => ChannelPattern.Parse(pattern!)).Should().Throw<ArgumentException>();
}
