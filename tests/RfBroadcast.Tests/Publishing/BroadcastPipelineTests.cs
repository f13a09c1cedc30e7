using System.Text;
using Microsoft.Extensions.Options;

namespace RfBroadcast.Tests;

public sealed class BroadcastPipelineTests
{
    private static readonly Channel News = Channel.Public("news");
    private readonly ManualTimeProvider _time = new();
    private readonly BroadcastOptions _options = new();

    [Fact]
    public async Task PrepareAsync_OneChannel_MakesOneMessage()
    {
        var prepared = await Pipeline().PrepareAsync(new BroadcastRequest { Event = new OrderShipped(7, "DHL") });

        prepared.Direct.Should().BeNull();
        var message = prepared.Messages.Should().ContainSingle().Subject;
        message.Channel.Should().Be(Channel.Private("orders.7"));
        message.Event.Should().Be("OrderShipped");
        Encoding.UTF8.GetString(message.Data.Span).Should().Be("""{"orderId":7,"carrier":"DHL"}""");
        message.Timestamp.Should().Be(_time.GetUtcNow());
        message.Except.Should().BeNull();
        message.Offset.Should().Be(0);
    }

    [Fact]
    public async Task PrepareAsync_ConditionIsFalse_SendsNothingAndSerialisesNothing()
    {
        var request = new BroadcastRequest { Event = new CustomEvent { Channels = [News], When = false, Data = new Type[] { typeof(int) } } };

        (await Pipeline().PrepareAsync(request)).Should().Be(PreparedBroadcast.Nothing);
    }

    [Fact]
    public async Task PrepareAsync_NoChannel_SendsNothing() =>
        (await Pipeline().PrepareAsync(new BroadcastRequest { Event = new SimpleEvent("x", null) })).Should().Be(PreparedBroadcast.Nothing);

    [Fact]
    public async Task PrepareAsync_GenericEvent_HasThePlainName() =>
        (await Pipeline().PrepareAsync(new BroadcastRequest { Event = new Changed<int>(5) })).Messages[0].Event.Should().Be("Changed");

    [Fact]
    public async Task PrepareAsync_ChannelNamedTwice_GetsItOnceInTheOrderNamed()
    {
        var request = new BroadcastRequest
        {
            Event = new SimpleEvent("x", null),
            Channels = [Channel.Parse("b"), Channel.Parse("a"), Channel.Parse("b"), Channel.User("7")],
            Users = ["7", "8"],
        };

        (await Pipeline().PrepareAsync(request)).Messages.Select(message => message.Channel.WireName)
            .Should().Equal("b", "a", "private-user.7", "private-user.8");
    }

    [Fact]
    public async Task PrepareAsync_UsersOrganizationsAlerts_BecomeTheirChannels()
    {
        _options.OrganizationChannel = "org.{id}.all";
        _options.SystemAlertsChannel = "alerts";
        var request = new BroadcastRequest { Event = new OrderShipped(1, "x"), Users = ["auth0|1"], Organizations = ["a.b"], SystemAlerts = true };

        (await Pipeline().PrepareAsync(request)).Messages.Select(message => message.Channel.WireName)
            .Should().Equal(["private-user.auth0=7C1", "private-org.a=2Eb.all", "alerts"], "targets replace those of the event");
    }

    [Fact]
    public async Task PrepareAsync_OneConnection_IsDirectAndOnNoChannel()
    {
        var prepared = await Pipeline().PrepareAsync(new BroadcastRequest { Event = new OrderShipped(7, "DHL"), ConnectionId = "c1" });

        prepared.Messages.Should().BeEmpty();
        prepared.Direct.Should().BeEquivalentTo(new { ConnectionId = "c1", Event = "OrderShipped", Timestamp = _time.GetUtcNow() });
    }

    [Fact]
    public async Task PrepareAsync_SeveralChannels_ShareTheJson()
    {
        var messages = (await Pipeline().PrepareAsync(new BroadcastRequest { Event = new SimpleEvent("x", new { A = 1 }, News, Channel.Public("b")) })).Messages;

        messages[1].Data.Equals(messages[0].Data).Should().BeTrue("it is made once");
    }

    [Fact]
    public async Task PrepareAsync_ExceptAnId_LeavesItOut() =>
        (await ExceptOf(SenderExclusion.Connection("c1"), sender: "c2")).Should().Be("c1");

    [Fact]
    public async Task PrepareAsync_ExceptCurrent_LeavesOutWhoSends() => (await ExceptOf(SenderExclusion.Current, sender: "c2")).Should().Be("c2");

    [Fact]
    public async Task PrepareAsync_ExceptCurrentWithoutOne_LeavesOutNobody() => (await ExceptOf(SenderExclusion.Current, sender: null)).Should().BeNull();

    [Fact]
    public async Task PrepareAsync_ExceptNone_LeavesOutNobody() => (await ExceptOf(SenderExclusion.None, sender: "c2")).Should().BeNull();

    [Fact]
    public async Task PrepareAsync_ExceptCurrentWithoutASender_LeavesOutNobody() =>
        (await Pipeline().PrepareAsync(new BroadcastRequest { Event = new Changed<int>(1), Except = SenderExclusion.Current })).Messages[0].Except.Should().BeNull();

    [Fact]
    public async Task PrepareAsync_PayloadOverTheLimit_ThrowsAndSendsNothing()
    {
        _options.MaxPayloadBytes = 1024;
        _options.Drivers = ["one"];
        var driver = new RecordingDriver("one");
        var prepare = async (int letters) => await Pipeline(drivers: driver).PrepareAsync(
            new BroadcastRequest { Event = new SimpleEvent("big", new string('x', letters), News) });

        await prepare(1022); // and two quotes
        driver.Messages.Should().HaveCount(1);
        var fault = (await FluentActions.Awaiting(() => prepare(1023)).Should().ThrowAsync<PayloadTooLargeException>()).Which;
        fault.Should().BeEquivalentTo(new { EventName = "big", Size = 1025, Limit = 1024 });
        fault.Message.Should().Contain("Broadcasting:MaxPayloadBytes");
        driver.Messages.Should().HaveCount(1);
    }

    [Fact]
    public async Task PrepareAsync_PayloadCannotBeSerialised_ThrowsAndSendsNothing()
    {
        _options.Drivers = ["one"];
        var driver = new RecordingDriver("one");
        var prepare = async () => await Pipeline(drivers: driver).PrepareAsync(new BroadcastRequest { Event = new SimpleEvent("x", typeof(int), News) });

        (await prepare.Should().ThrowAsync<BroadcastSerializationException>()).WithMessage("*RuntimeType*");
        driver.Messages.Should().BeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(201)]
    public async Task PrepareAsync_NameOfWrongLength_SaysWhichEvent(int length)
    {
        var request = new BroadcastRequest { Event = new CustomEvent { Channels = [News], Name = new string('x', length) } };

        await FluentActions.Awaiting(async () => await Pipeline().PrepareAsync(request))
            .Should().ThrowAsync<ArgumentException>().WithMessage($"*{nameof(CustomEvent)}*{length} characters*1 to 200*");
    }

    [Fact]
    public async Task PrepareAsync_LongestName_IsTaken()
    {
        var request = new BroadcastRequest { Event = new CustomEvent { Channels = [News], Name = new string('x', 200) } };

        (await Pipeline().PrepareAsync(request)).Messages[0].Event.Should().HaveLength(200);
    }

    [Fact]
    public async Task PrepareAsync_DefaultDrivers_GetEveryMessage()
    {
        _options.Drivers = ["ONE"];
        var driver = new RecordingDriver("one");

        var prepared = await Pipeline(drivers: driver).PrepareAsync(new BroadcastRequest { Event = new SimpleEvent("x", null, News, Channel.Public("b")) });

        driver.Messages.Should().Equal(prepared.Messages);
    }

    [Fact]
    public async Task PrepareAsync_OwnDrivers_ReplaceTheDefaultOnes()
    {
        _options.Drivers = ["one"];
        RecordingDriver one = new("one"), two = new("two");

        await Pipeline(drivers: [one, two]).PrepareAsync(new BroadcastRequest { Event = new Changed<int>(1), Drivers = ["two", "TWO"] });

        one.Messages.Should().BeEmpty();
        two.Messages.Should().HaveCount(1);
    }

    [Fact]
    public async Task PrepareAsync_DriverFails_IsLoggedAndTheBroadcastGoesOn()
    {
        var logger = new RecordingLogger<BroadcastPipeline>();
        RecordingDriver failing = new("one", new InvalidOperationException("down")), two = new("two");
        var pipeline = new BroadcastPipeline(Options.Create(_options), new BroadcastSerializer(), [failing, two], null, _time, logger);

        var prepared = await pipeline.PrepareAsync(new BroadcastRequest { Event = new Changed<int>(1), Drivers = ["one", "two"] });

        prepared.Messages.Should().HaveCount(1);
        two.Messages.Should().HaveCount(1);
        logger.Entries.Should().ContainSingle().Which.Id.Should().Be(1001);
    }

    [Fact]
    public async Task PrepareAsync_UnknownDriver_ThrowsBeforeAnyWasSentTo()
    {
        var one = new RecordingDriver("one");
        var prepare = async () => await Pipeline(drivers: one).PrepareAsync(new BroadcastRequest { Event = new Changed<int>(1), Drivers = ["one", "kafka"] });

        await prepare.Should().ThrowAsync<InvalidOperationException>().WithMessage("*\"kafka\"*known are one*");
        one.Messages.Should().BeEmpty();
    }

    [Fact]
    public void Constructor_UnknownDefaultDriver_NamesTheSetting()
    {
        _options.Drivers = ["kafka"];

        FluentActions.Invoking(() => Pipeline()).Should().Throw<InvalidOperationException>().WithMessage("Broadcasting:Drivers*\"kafka\"*");
    }

    [Fact]
    public async Task PrepareAsync_Cancelled_Throws() =>
        await FluentActions.Awaiting(async () => await Pipeline().PrepareAsync(new BroadcastRequest { Event = new Changed<int>(1) }, new CancellationToken(canceled: true)))
            .Should().ThrowAsync<OperationCanceledException>();

    [Fact]
    public async Task LogDriver_Message_LogsItsSizeAndNotItsData()
    {
        var logger = new RecordingLogger<LogBroadcastDriver>();
        var pipeline = Pipeline(drivers: new LogBroadcastDriver(logger));

        await pipeline.PrepareAsync(new BroadcastRequest { Event = new SimpleEvent("x", "secret", News), Drivers = ["log"] });

        logger.Entries.Should().Equal((1000, "Broadcast x on news, 8 bytes"));
    }

    private BroadcastPipeline Pipeline(string? sender = null, params IBroadcastDriver[] drivers) =>
        new(Options.Create(_options), new BroadcastSerializer(), drivers, sender is null ? null : new Sender(sender), _time);

    private async Task<string?> ExceptOf(SenderExclusion except, string? sender)
    {
        var pipeline = new BroadcastPipeline(Options.Create(_options), new BroadcastSerializer(), [], new Sender(sender), _time);
        return (await pipeline.PrepareAsync(new BroadcastRequest { Event = new Changed<int>(1), Except = except })).Messages[0].Except;
    }

    private sealed record Sender(string? ConnectionId) : ICurrentSender;
}
