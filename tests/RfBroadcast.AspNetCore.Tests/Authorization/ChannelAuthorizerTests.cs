namespace RfBroadcast.AspNetCore.Tests.Authorization;

/// <summary>The rules that do not depend on how a handler is written.</summary>
public sealed class ChannelAuthorizerTests : IAsyncDisposable
{
    private readonly AuthorizationApp _app = new();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Authorize_PublicChannelNothingMaps_Grants()
    {
        _app.Map("orders.{id}", () => false);

        (await _app.AskAsync("news", userId: null)).IsGranted.Should().BeTrue();
    }

    [Fact]
    public async Task Authorize_PublicChannelWithMappedName_IsForbiddenAndNamesTheOnesMeant()
    {
        _app.Map("orders.{id:int}", () => true);

        var decision = await _app.AskAsync("orders.7");

        decision.IsGranted.Should().BeFalse();
        decision.ErrorCode.Should().Be("forbidden");
        decision.Message.Should().Contain("\"private-orders.7\"").And.Contain("\"presence-orders.7\"");
        _app.Logs.Single(2102).Message.Should().Contain("orders.{id:int}");
    }

    [Fact]
    public async Task Authorize_PublicChannelWhoseConstraintFails_Grants()
    {
        _app.Map("orders.{id:int}", () => true);

        (await _app.AskAsync("orders.all")).IsGranted.Should().BeTrue();
    }

    [Fact]
    public async Task Authorize_PublicChannelWithAllowPublic_GrantsWithoutAskingTheHandler()
    {
        var asked = 0;
        _app.Map("orders.{id:int}", () => ++asked < 0).AllowPublic();

        (await _app.AskAsync("orders.7", userId: null)).IsGranted.Should().BeTrue();
        asked.Should().Be(0);
        (await _app.AskAsync("private-orders.7")).IsGranted.Should().BeFalse();
    }

    [Theory]
    [InlineData("private-orders.7")]
    [InlineData("presence-orders.7")]
    [InlineData("private-Orders.7.lines")]
    [InlineData("private-ORDERS.x")]
    public async Task Authorize_NothingMatches_IsForbiddenAndLogsThePatternsTried(string wireName)
    {
        _app.Map("orders.{id:guid}", () => true);
        _app.Map("chat.{**rest}", () => true);

        var decision = await _app.AskAsync(wireName);

        decision.ErrorCode.Should().Be("forbidden");
        _app.Logs.Single(2100).Message.Should().Contain(wireName).And.Contain("orders.{id:guid}, chat.{**rest}");
    }

    [Fact]
    public async Task Authorize_LiteralInAnotherCase_IsForbidden()
    {
        _app.Map("orders.{id}", () => true);

        (await _app.AskAsync("private-Orders.7")).ErrorCode.Should().Be("forbidden");
    }

    [Fact]
    public async Task Authorize_TwoPatternsMatch_TheFirstDecides()
    {
        _app.Map("orders.special", () => false);
        _app.Map("orders.{id}", () => true);

        (await _app.AskAsync("private-orders.special")).IsGranted.Should().BeFalse();
        (await _app.AskAsync("private-orders.7")).IsGranted.Should().BeTrue();
    }

    [Theory]
    [InlineData("7")]
    [InlineData("auth0|123")]
    [InlineData("a+b@c.d")]
    [InlineData("Ünï")]
    public async Task Authorize_OwnChannel_GrantsWithoutMapping(string userId)
    {
        var decision = await _app.AskAsync(Channel.User(userId).WireName, userId);

        decision.IsGranted.Should().BeTrue();
        decision.UserId.Should().Be(userId);
    }

    [Fact]
    public async Task Authorize_OwnChannelUnderAMappingThatDenies_GrantsAllTheSame()
    {
        _app.Map("{**rest}", () => false);

        (await _app.AskAsync("private-user.7", "7")).IsGranted.Should().BeTrue();
        (await _app.AskAsync("private-user.8", "7")).IsGranted.Should().BeFalse();
    }

    [Theory]
    [InlineData("{**rest}")]
    [InlineData("{kind}.{id}")]
    public async Task Authorize_AnothersChannelUnderAPatternThatDoesNotSpellItOut_IsForbidden(string pattern)
    {
        _app.Map(pattern, () => true);

        (await _app.AskAsync("private-user.8", "7")).ErrorCode.Should().Be("forbidden");
        (await _app.AskAsync("private-user.8", userId: null)).ErrorCode.Should().Be("unauthenticated");
        (await _app.AskAsync("private-users.8", "7")).IsGranted.Should().BeTrue();
    }

    [Fact]
    public async Task Authorize_AnothersChannelUnderItsOwnPattern_IsForTheHandler()
    {
        _app.Map("{**rest}", () => false);
        _app.Map("user.{id}", (string id) => id == "8");

        (await _app.AskAsync("private-user.8", "7")).IsGranted.Should().BeTrue();
        (await _app.AskAsync("private-user.9", "7")).ErrorCode.Should().Be("forbidden");
    }

    [Theory]
    [InlineData("a.b", "private-user.a.b")]
    [InlineData("7", "private-user.8")]
    [InlineData("7", "private-user.7.x")]
    [InlineData("7", "presence-user.7")]
    public async Task Authorize_ChannelThatIsNotTheUsersOwn_IsForbidden(string userId, string wireName) =>
        (await _app.AskAsync(wireName, userId)).ErrorCode.Should().Be("forbidden");

    [Fact]
    public async Task Authorize_UserChannelWithoutUser_IsUnauthenticated() =>
        (await _app.AskAsync("private-user.7", userId: null)).ErrorCode.Should().Be("unauthenticated");

    [Fact]
    public async Task Authorize_UserIdTooLongForAName_IsForbiddenNotAFault() =>
        (await _app.AskAsync("private-user.7", new string('x', 500))).ErrorCode.Should().Be("forbidden");

    [Fact]
    public async Task Authorize_PresenceByBoolWithUser_GrantsAsThatUser()
    {
        _app.Map("chat.{room}", (string room) => room == "1");

        var decision = await _app.AskAsync("presence-chat.1", "auth0|123");

        decision.Should().Be(ChannelDecision.Grant("auth0|123"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Authorize_PresenceWithoutUser_IsUnauthenticatedAndNamesTheCure(bool info)
    {
        _app.Map("chat.{room}", () => info ? new { name = "Ann" } : (object)true);

        var decision = await _app.AskAsync("presence-chat.1", userId: null);

        decision.ErrorCode.Should().Be("unauthenticated");
        decision.Message.Should().Contain("ChannelAuthResult.Grant(userId:");
        (await _app.AskAsync("private-chat.1", userId: null)).IsGranted.Should().BeTrue();
    }

    [Fact]
    public async Task Authorize_PresenceGrantedToAGuest_HasTheGrantedId()
    {
        _app.Map("chat.{room}", (ChannelAuthContext context) =>
            ChannelAuthResult.Grant("guest-" + context.ConnectionId, new { DisplayName = "Guest" }));

        var decision = await _app.AskAsync("presence-chat.1", userId: null);

        decision.UserId.Should().Be("guest-1.2");
        decision.UserInfo!.Value.GetRawText().Should().Be("""{"displayName":"Guest"}""");
    }

    [Fact]
    public async Task Authorize_InfoThatCannotBeSerialised_IsInternalAndLogged()
    {
        _app.Map("chat.{room}", () => new { Bad = new Action(() => { }) });

        var decision = await _app.AskAsync("presence-chat.1");

        decision.ErrorCode.Should().Be("internal");
        _app.Logs.Single(2103).Exception.Should().BeOfType<BroadcastSerializationException>();
    }

    [Fact]
    public async Task Authorize_GrantWithExpiry_CarriesIt()
    {
        var expiry = new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);
        _app.Map("orders.{id}", () => ChannelAuthResult.Grant(expiresAt: expiry));

        (await _app.AskAsync("private-orders.7")).Should().Be(ChannelDecision.Grant("7", expiresAt: expiry));
    }

    [Fact]
    public async Task Authorize_GrantThatHasExpired_IsForbidden()
    {
        _app.Map("orders.{id}", () => ChannelAuthResult.Grant(expiresAt: DateTimeOffset.UtcNow.AddSeconds(-1)));

        (await _app.AskAsync("private-orders.7")).ErrorCode.Should().Be("forbidden");
    }

    [Fact]
    public async Task Authorize_DenialWithReason_TellsAndLogsIt()
    {
        _app.Map("orders.{id}", () => ChannelAuthResult.Deny("not your order"));

        var decision = await _app.AskAsync("private-orders.7");

        decision.Should().Be(ChannelDecision.Deny("forbidden", "not your order"));
        _app.Logs.Single(2101).Message.Should().Contain("private-orders.7").And.Contain("orders.{id}").And.Contain("not your order");
    }

    [Fact]
    public async Task Authorize_HandlerThrows_IsInternalAndLoggedAndTellsNothing()
    {
        _app.Map("orders.{id}", bool () => throw new InvalidOperationException("secret"));

        var decision = await _app.AskAsync("private-orders.7");

        decision.ErrorCode.Should().Be("internal");
        decision.Message.Should().NotContain("secret");
        _app.Logs.Single(2103).Exception.Should().BeOfType<InvalidOperationException>();
    }

    [Fact]
    public async Task Authorize_HandlerThrowsAfterAwait_IsInternal()
    {
        _app.Map("orders.{id}", async Task<bool> () =>
        {
            await Task.Yield();
            throw new InvalidOperationException("later");
        });

        (await _app.AskAsync("private-orders.7")).ErrorCode.Should().Be("internal");
    }

    [Fact]
    public async Task Authorize_HandlerCanceledByTheToken_Propagates()
    {
        using var source = new CancellationTokenSource();
        _app.Map("orders.{id}", async (CancellationToken token) =>
        {
            await source.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
            return true;
        });

        var ask = () => _app.AskAsync("private-orders.7", cancellationToken: source.Token);

        await ask.Should().ThrowAsync<OperationCanceledException>();
        _app.Logs.All.Should().NotContain(log => log.Id == 2103);
    }

    [Fact]
    public async Task Authorize_HandlerCanceledBySomethingElse_IsInternal()
    {
        _app.Map("orders.{id}", bool () => throw new OperationCanceledException());

        (await _app.AskAsync("private-orders.7")).ErrorCode.Should().Be("internal");
    }

    [Fact]
    public async Task Authorize_ManyAtOnce_EachGetsItsOwnAnswer()
    {
        _app.Map("orders.{id:int}", async (int id, ChannelAuthContext context) =>
        {
            await Task.Yield();
            return context.Parameters["id"] == id.ToString(System.Globalization.CultureInfo.InvariantCulture) && id % 2 == 0;
        });

        var decisions = await Task.WhenAll(Enumerable.Range(0, 200).Select(id => _app.AskAsync($"private-orders.{id}")));

        decisions.Select(decision => decision.IsGranted).Should().Equal(Enumerable.Range(0, 200).Select(id => id % 2 == 0));
    }
}
