namespace RfBroadcast.AspNetCore.Tests.Tokens;

public sealed class BroadcastPathsTests
{
    [Theory]
    [InlineData("/ws", true)]
    [InlineData("/ws/", true)]
    [InlineData("/WS", true)]
    [InlineData("/ws/news", true)]
    [InlineData("/base/ws", true)]
    [InlineData("/base/ws/news", true)]
    [InlineData("/ws/news/more", false)]
    [InlineData("/wss", false)]
    [InlineData("/aws", false)]
    [InlineData("/", false)]
    [InlineData("", false)]
    public void IsMapped_OnePath_MatchesItselfAndOneBelow(string path, bool isMapped)
    {
        var paths = new BroadcastPaths();
        paths.Add("/ws");

        paths.IsMapped(path).Should().Be(isMapped);
    }

    [Fact]
    public void IsMapped_NothingMapped_IsFalse() => new BroadcastPaths().IsMapped("/").Should().BeFalse();
}
