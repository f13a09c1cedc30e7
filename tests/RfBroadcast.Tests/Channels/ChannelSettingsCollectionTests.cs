namespace RfBroadcast.Tests;

public sealed class ChannelSettingsCollectionTests
{
    [Fact]
    public void Of_NoPatternMatches_IsTheDefault()
    {
        var settings = new ChannelSettingsCollection().For("orders.{id}", c => c.ClientEvents = true).Of(Channel.Public("news"));

        settings.Should().BeEquivalentTo(new { KeepsHistory = false, HistorySize = 0, Overflow = OverflowPolicy.Close, ClientEvents = false });
    }

    [Fact]
    public void Of_SeveralMatch_TheFirstDecides()
    {
        var settings = new ChannelSettingsCollection()
            .For("orders.{id:int}", c => c.KeepHistory(100, TimeSpan.FromMinutes(5)))
            .For("orders.{**rest}", c => c.Overflow = OverflowPolicy.Latest);

        settings.Of(Channel.Private("orders.7")).Should().BeEquivalentTo(
            new { KeepsHistory = true, HistorySize = 100, HistoryAge = TimeSpan.FromMinutes(5), Overflow = OverflowPolicy.Close });
        settings.Of(Channel.Public("orders.x")).Should().BeEquivalentTo(new { KeepsHistory = false, Overflow = OverflowPolicy.Latest });
    }

    [Fact]
    public void Of_AnyKindOfChannel_MatchesTheBareName()
    {
        var settings = new ChannelSettingsCollection().For("chat.{id}", c => c.ClientEvents = true);

        new[] { Channel.Public("chat.1"), Channel.Private("chat.1"), Channel.Presence("chat.1") }
            .Should().AllSatisfy(channel => settings.Of(channel).ClientEvents.Should().BeTrue());
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void KeepHistory_NothingToKeep_Throws(int messages, int seconds) =>
        FluentActions.Invoking(() => new ChannelSettings().KeepHistory(messages, TimeSpan.FromSeconds(seconds)))
            .Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void For_InvalidPattern_Throws() =>
        FluentActions.Invoking(() => new ChannelSettingsCollection().For("{", _ => { })).Should().Throw<ArgumentException>();
}
