namespace RfBroadcast.Redis.Tests.Chaos;

/// <summary>The models find what they are there to find, and nothing else.</summary>
public sealed class ChaosModelTests
{
    private readonly Findings _findings = new();

    [Fact]
    public void Sequence_InOrderWithABreakAndARecovery_IsFine()
    {
        var model = Subscribed(10);
        Events(model, 11, 12);
        model.Ended("cut");
        model.Subscribed(new("a", 14), recovered: true, reason: null);
        Events(model, 13, 14, 15);

        _findings.All.Should().BeEmpty();
        model.Position.Should().Be(new ChannelPosition("a", 15));
        (model.Recovered, model.Told).Should().Be((1, 0));
    }

    [Theory]
    [InlineData("lost: 12 to 12", 11, 13)]
    [InlineData("lost: 11 to 12", 13)]
    [InlineData("repeated or out of order: 11 after 11", 11, 11)]
    [InlineData("repeated or out of order: 12 after 13", 11, 13, 12)]
    [InlineData("repeated or out of order: 10 after 10", 10)]
    public void Sequence_LostRepeatedOrReordered_IsFound(string finding, params int[] offsets)
    {
        Events(Subscribed(10), offsets);

        _findings.All.Should().Contain(one => one.Contains(finding, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("lost: 12 to 12", 13)]
    [InlineData("repeated or out of order: 11 after 11", 11)]
    public void Sequence_LostOrRepeatedOverARecovery_IsFound(string finding, int offset)
    {
        var model = Subscribed(10);
        Events(model, 11);
        model.Ended("cut");
        model.Subscribed(new("a", 13), recovered: true, reason: null);
        Events(model, offset);

        _findings.All.Should().ContainSingle().Which.Should().Contain(finding);
    }

    [Fact]
    public void Sequence_ToldOfTheGap_GoesOnFromTheTop()
    {
        var model = Subscribed(10);
        model.Ended("2500");
        model.Subscribed(new("b", 3), recovered: false, reason: "epoch");
        Events(model, 4);

        _findings.All.Should().BeEmpty();
        model.Told.Should().Be(1);
    }

    [Fact]
    public void Sequence_WronglyToldOrRecovered_IsFound()
    {
        var told = Subscribed(10);
        told.Ended("cut");
        told.Subscribed(new("a", 12), recovered: false, reason: "epoch");
        var recovered = Subscribed(10);
        recovered.Ended("cut");
        recovered.Subscribed(new("b", 12), recovered: true, reason: null);
        var silent = Subscribed(10);
        silent.Ended("cut");
        silent.Subscribed(new("a", 12), recovered: null, reason: null);

        _findings.All.Should().HaveCount(3);
    }

    [Fact]
    public void Sequence_AMessageAfterTheEnd_IsFound()
    {
        var model = Subscribed(10);
        model.Ended("unsubscribed");
        Events(model, 11);

        _findings.All.Should().ContainSingle().Which.Should().Contain("without a subscription");
    }

    [Fact]
    public void Members_EdgesThatFit_MakeTheUnion()
    {
        var model = new MembersModel("ada", _findings);
        model.Snapshot("ada", ["ada", "bob"]);
        model.Joined("eve");
        model.Left("bob");

        _findings.All.Should().BeEmpty();
        model.Members.Should().Equal("ada", "eve");
        model.Snapshot("ada", ["ada"]);
        model.Members.Should().Equal("ada");
    }

    [Fact]
    public void Members_EdgesThatDoNotFit_AreFound()
    {
        var model = new MembersModel("ada", _findings);
        model.Snapshot("ada", ["bob"]);
        model.Joined("bob");
        model.Left("eve");

        _findings.All.Should().HaveCount(3);
    }

    [Fact]
    public void Ledger_WhatIsTrue_IsFine()
    {
        var ledger = new PublishLedger(_findings);
        ledger.SeenAt("c", new("a", 1), "m1", "ada");
        ledger.AcceptedAt("c", new("a", 1), "m1");
        ledger.SeenAt("c", new("a", 1), "m1", "bob");
        ledger.SeenAt("c", new("b", 1), "m2", "bob");
        ledger.SeenAt("d", new("a", 1), "m3", "bob");
        ledger.RefusedForSure("m4");
        ledger.MayHaveBeenSent();

        _findings.All.Should().BeEmpty();
    }

    [Fact]
    public void Ledger_OneMessageAtTwoPositions_OrTwoAtOne_IsFound()
    {
        var ledger = new PublishLedger(_findings);
        ledger.AcceptedAt("c", new("a", 1), "m1");
        ledger.SeenAt("c", new("a", 2), "m1", "ada");
        ledger.SeenAt("c", new("a", 1), "m2", "ada");

        _findings.All.Should().HaveCount(2);
    }

    [Fact]
    public void Ledger_RefusedAndSeen_IsFoundInEitherOrder()
    {
        var ledger = new PublishLedger(_findings);
        ledger.RefusedForSure("m1");
        ledger.SeenAt("c", new("a", 1), "m1", "ada");
        ledger.SeenAt("c", new("a", 2), "m2", "ada");
        ledger.RefusedForSure("m2");

        _findings.All.Should().HaveCount(2);
    }

    private static void Events(SequenceModel model, params int[] offsets)
    {
        foreach (var offset in offsets)
        {
            model.Event(offset);
        }
    }

    private SequenceModel Subscribed(long top)
    {
        var model = new SequenceModel("ada c", _findings);
        model.Subscribed(new("a", top), recovered: null, reason: null);
        return model;
    }
}
