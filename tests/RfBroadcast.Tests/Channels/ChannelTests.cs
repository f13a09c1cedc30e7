using FsCheck;
using FsCheck.Fluent;

namespace RfBroadcast.Tests;

public sealed class ChannelTests
{
    [Fact]
    public void Public_Name_IsItsOwnWireName()
    {
        var channel = Channel.Public("news");

        channel.Should().BeEquivalentTo(new { Kind = ChannelKind.Public, Name = "news", WireName = "news", RequiresAuth = false, IsPresence = false });
        channel.ToString().Should().Be("news");
    }

    [Fact]
    public void Private_Name_HasThePrefixInItsWireName() =>
        Channel.Private("orders.7").Should().BeEquivalentTo(
            new { Kind = ChannelKind.Private, Name = "orders.7", WireName = "private-orders.7", RequiresAuth = true, IsPresence = false });

    [Fact]
    public void Presence_Name_HasThePrefixInItsWireName() =>
        Channel.Presence("chat.1").Should().BeEquivalentTo(
            new { Kind = ChannelKind.Presence, Name = "chat.1", WireName = "presence-chat.1", RequiresAuth = true, IsPresence = true });

    [Theory]
    [InlineData("news", ChannelKind.Public, "news")]
    [InlineData("privateer", ChannelKind.Public, "privateer")]
    [InlineData("Private-x", ChannelKind.Public, "Private-x")]
    [InlineData("private-orders.7", ChannelKind.Private, "orders.7")]
    [InlineData("presence-chat.1", ChannelKind.Presence, "chat.1")]
    [InlineData("private-presence-x", ChannelKind.Private, "presence-x")]
    [InlineData("private-a-b_c=d@e,f.g;H0", ChannelKind.Private, "a-b_c=d@e,f.g;H0")]
    public void Parse_WireName_GivesKindAndBareName(string wireName, ChannelKind kind, string name)
    {
        var channel = Channel.Parse(wireName);

        channel.Should().BeEquivalentTo(new { Kind = kind, Name = name, WireName = wireName });
        Channel.TryParse(wireName, out var same).Should().BeTrue();
        same.Should().Be(channel);
    }

    [Theory]
    [InlineData("", "may not be empty")]
    [InlineData("private-", "nothing follows")]
    [InlineData("presence-", "nothing follows")]
    [InlineData("a b", "' ' is not allowed")]
    [InlineData("a/b", "'/' is not allowed")]
    [InlineData("#private-x", "'#' is not allowed")]
    [InlineData("straße", "'ß' is not allowed")]
    [InlineData("a\n", "is not allowed")]
    [InlineData("{id}", "'{' is not allowed")]
    [InlineData("cache-x", "reserved")]
    [InlineData("private-cache-x", "reserved")]
    [InlineData("presence-cache-x", "reserved")]
    [InlineData("private-encrypted-x", "reserved")]
    public void Parse_NameThatBreaksARule_SaysWhichNameAndWhichRule(string wireName, string rule)
    {
        var parse = () => Channel.Parse(wireName);

        var fault = parse.Should().Throw<InvalidChannelException>().Which;
        fault.ChannelName.Should().Be(wireName);
        fault.Message.Should().Contain($"\"{wireName}\"").And.Contain(rule);
        Channel.TryParse(wireName, out var channel, out var said).Should().BeFalse();
        channel.Should().BeNull();
        said.Should().Contain(rule);
    }

    [Theory]
    [InlineData("encrypted-x")]
    [InlineData("presence-encrypted-x")]
    [InlineData("acache-x")]
    public void Parse_NameThatOnlyLooksReserved_IsValid(string wireName) => Channel.Parse(wireName).WireName.Should().Be(wireName);

    [Fact]
    public void TryParse_Null_IsFalse() => Channel.TryParse(null, out _).Should().BeFalse();

    [Fact]
    public void Parse_LongestName_IsValidAndOneMoreIsNot()
    {
        Channel.Parse(new string('a', 200)).Name.Should().HaveLength(200);
        Channel.Private(new string('a', 192)).WireName.Should().HaveLength(200);

        FluentActions.Invoking(() => Channel.Parse(new string('a', 201))).Should().Throw<InvalidChannelException>().WithMessage("*201 characters*200*");
        FluentActions.Invoking(() => Channel.Private(new string('a', 193))).Should().Throw<InvalidChannelException>().WithMessage("*201 characters*");
    }

    [Theory]
    [InlineData("private-x")]
    [InlineData("presence-x")]
    public void Public_NameWithAPrefixOfAnotherKind_Throws(string name) =>
        FluentActions.Invoking(() => Channel.Public(name)).Should().Throw<InvalidChannelException>().WithMessage("*bare name*");

    [Fact]
    public void Private_EmptyName_Throws() =>
        FluentActions.Invoking(() => Channel.Private("")).Should().Throw<InvalidChannelException>().WithMessage("*nothing follows*");

    [Fact]
    public void Equals_SameWireName_IsEqualHoweverItWasMade()
    {
        var made = Channel.Private("orders.7");
        var parsed = Channel.Parse("private-orders.7");

        (made == parsed).Should().BeTrue();
        (made != parsed).Should().BeFalse();
        made.Equals((object)parsed).Should().BeTrue();
        made.GetHashCode().Should().Be(parsed.GetHashCode());
        (made == Channel.Public("orders.7")).Should().BeFalse();
        (made == Channel.Private("Orders.7")).Should().BeFalse("names are compared ordinally");
        (made == null).Should().BeFalse();
        ((Channel?)null == null).Should().BeTrue();
    }

    [Theory]
    [InlineData("7", "private-user.7")]
    [InlineData("a-b_c@d,e;f", "private-user.a-b_c@d,e;f")]
    [InlineData("auth0|123", "private-user.auth0=7C123")]
    [InlineData("a+b@c.d", "private-user.a=2Bb@c=2Ed")]
    [InlineData("a=2E", "private-user.a=3D2E")]
    [InlineData("é", "private-user.=C3=A9")]
    [InlineData("😀", "private-user.=F0=9F=98=80")]
    [InlineData(" ", "private-user.=20")]
    public void User_AnyId_IsOneEscapedSegment(string userId, string wireName)
    {
        Channel.User(userId).WireName.Should().Be(wireName);
        Channel.Parse(wireName).Should().Be(Channel.User(userId));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void User_NoId_Throws(string? userId) => FluentActions.Invoking(() => Channel.User(userId!)).Should().Throw<ArgumentException>();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("éééééééééééééééééééééééééééééééééééééé")] // 38 characters that escape to six each
    public void TryUser_IdWithoutAChannel_GivesNone(string? userId)
    {
        Channel.TryUser(userId, out var channel).Should().BeFalse();
        channel.Should().BeNull();
    }

    [Fact]
    public void TryUser_Id_GivesTheUsersChannel()
    {
        Channel.TryUser("a.b", out var channel).Should().BeTrue();
        channel.Should().Be(Channel.User("a.b"));
    }

    [Fact]
    public void User_IdThatIsNotUnicode_ThrowsInsteadOfSharingAChannel()
    {
        // Not as attributes: those are stored as UTF-8, where a lone surrogate is none any more.
        foreach (var userId in new[] { "a\uD800", "a\uDC00b" })
        {
            FluentActions.Invoking(() => Channel.User(userId)).Should().Throw<InvalidChannelException>().WithMessage("*Unicode*");
        }
    }

    [Fact]
    public void User_TwoDifferentIds_NeverShareAChannel()
    {
        // Few characters, those that are special here, so that collisions would be likely.
        var ids = Gen.Elements('a', 'A', '=', '.', '2', 'E', '3', 'D', '|', 'é', '\uFFFD', '\0')
            .ArrayOf().Where(letters => letters.Length is > 0 and < 12).Select(letters => new string(letters)).ToArbitrary();

        Prop.ForAll(ids, ids, (left, right) => (left == right) == (Channel.User(left) == Channel.User(right)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Fact]
    public void User_AnyText_IsAValidNameOfOneSegmentOrTooLong()
    {
        var texts = ArbMap.Default.ArbFor<NonEmptyString>();

        Prop.ForAll(texts, text =>
        {
            try
            {
                var channel = Channel.User(text.Get);
                return Channel.TryParse(channel.WireName, out var parsed) && parsed == channel && channel.Name.Count(letter => letter == '.') == 1;
            }
            catch (InvalidChannelException fault)
            {
                return fault.Message.Contains("characters", StringComparison.Ordinal) || fault.Message.Contains("Unicode", StringComparison.Ordinal);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }
}
