namespace RfBroadcast.AspNetCore.Tests.Sockets;

/// <summary>When bytes may go to the socket: only once a pong proves that nothing is left in the stream.</summary>
public sealed class SocketBarrierTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly TimerWheel _wheel;
    private readonly SocketBarrier _barrier;

    public SocketBarrierTests()
    {
        _wheel = new TimerWheel(_time);
        _barrier = new SocketBarrier(_wheel);
    }

    public void Dispose() => _wheel.Dispose();

    [Fact]
    public void Next_PongWithNothingWrittenSince_IsTheSocketFromThenOn()
    {
        var ping = NextIsPing();

        _barrier.Ponged(PongTo(ping));

        _barrier.IsPassed.Should().BeTrue();
        Next().Should().Be(SocketBarrier.Way.Socket);
        Next().Should().Be(SocketBarrier.Way.Socket);
    }

    [Fact]
    public void Next_BeforeThePong_IsTheStreamAndHoldsNobodyUp()
    {
        NextIsPing();

        Next().Should().Be(SocketBarrier.Way.Stream);
        Next().Should().Be(SocketBarrier.Way.Stream);
        _barrier.IsPassed.Should().BeFalse();
    }

    [Fact]
    public void Next_PongAfterMoreWasWritten_ProvesNothingAndPingsAgain()
    {
        var first = NextIsPing();
        Next();
        _barrier.Ponged(PongTo(first));

        var second = NextIsPing();

        second.Should().NotEqual(first);
        Next().Should().Be(SocketBarrier.Way.Wait);
        _barrier.Settled.IsCompleted.Should().BeFalse();
        _barrier.Ponged(PongTo(second));
        _barrier.Settled.IsCompleted.Should().BeTrue();
        Next().Should().Be(SocketBarrier.Way.Socket);
    }

    [Fact]
    public void Ponged_PongOfAnotherNonce_ProvesNothing()
    {
        var ping = NextIsPing();
        ping[^1] ^= 1;

        _barrier.Ponged(PongTo(ping));

        Next().Should().Be(SocketBarrier.Way.Stream);
    }

    [Fact]
    public void Ponged_FirstPongAgainWhileTheSecondIsAwaited_ProvesNothing()
    {
        var first = NextIsPing();
        Next();
        _barrier.Ponged(PongTo(first));
        NextIsPing();

        _barrier.Ponged(PongTo(first));

        Next().Should().Be(SocketBarrier.Way.Wait);
    }

    [Fact]
    public void Settled_SecondPongNeverComes_GoesOnWithTheStreamForGood()
    {
        var second = Hold();

        _time.Advance(TimeSpan.FromSeconds(6));

        _barrier.Settled.IsCompleted.Should().BeTrue();
        Next().Should().Be(SocketBarrier.Way.Stream);
        _barrier.Ponged(PongTo(second)); // too late: more is in the stream by now
        Next().Should().Be(SocketBarrier.Way.Stream);
    }

    [Fact]
    public void GiveUp_Holding_LetsTheWriteGoOn()
    {
        Hold();

        _barrier.GiveUp();

        _barrier.Settled.IsCompleted.Should().BeTrue();
        Next().Should().Be(SocketBarrier.Way.Stream);
        _wheel.Count.Should().Be(0);
    }

    [Fact]
    public void Ponged_Passed_LeavesNothingOnTheWheel()
    {
        _barrier.Ponged(PongTo(Hold()));

        _wheel.Count.Should().Be(0);
    }

    private static byte[] PongTo(byte[] ping) => ping[2..];

    private byte[] Hold()
    {
        var first = NextIsPing();
        Next();
        _barrier.Ponged(PongTo(first));
        return NextIsPing();
    }

    private SocketBarrier.Way Next() => _barrier.Next(out _);

    private byte[] NextIsPing()
    {
        _barrier.Next(out var ping).Should().Be(SocketBarrier.Way.StreamAndPing);
        ping.Length.Should().Be(10);
        (ping.Span[0], ping.Span[1]).Should().Be(((byte)0x89, (byte)8));
        return ping.ToArray();
    }
}
