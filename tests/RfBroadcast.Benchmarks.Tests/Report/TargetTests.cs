namespace RfBroadcast.Benchmarks.Tests.Report;

public sealed class TargetTests
{
    private readonly Results _results = new();

    [Fact]
    public void Of_ARatio_IsTakenRunByRun()
    {
        Add("burst", ServerKind.RfBroadcast, 1, 3, 2);
        Add("burst", ServerKind.SignalR, 10, 10, 4);

        new Target("burst", Figure.CpuPerDelivery, 0.2) { Server = ServerKind.SignalR }.Of(_results).Should().Be(new Spread(0.3, 0.1, 0.5));
    }

    [Fact]
    public void Of_AnotherRow_ComparesTheSameServer()
    {
        Add("with", ServerKind.RfBroadcast, 12);
        Add("without", ServerKind.RfBroadcast, 10);

        new Target("with", Figure.CpuPerDelivery, 1.2) { OtherRow = "without" }.Of(_results).Should().Be(new Spread(1.2, 1.2, 1.2));
    }

    [Fact]
    public void Of_WhatWasNotMeasured_IsNull()
    {
        Add("burst", ServerKind.RfBroadcast, 1);

        new Target("burst", Figure.CpuPerDelivery, 0.2) { Server = ServerKind.SignalR }.Of(_results).Should().BeNull();
        new Target("idle", Figure.CpuPerDelivery, 0.2).Of(_results).Should().BeNull();
    }

    private void Add(string row, ServerKind server, params double[] values)
    {
        foreach (var value in values)
        {
            _results.Add(row, server, Figure.CpuPerDelivery, value);
        }
    }
}
