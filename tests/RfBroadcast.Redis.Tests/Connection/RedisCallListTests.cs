namespace RfBroadcast.Redis.Tests.Connection;

/// <summary>Commands under way that get no answer are given up; looking for them costs nothing while there are none.</summary>
public sealed class RedisCallListTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly ManualTimeProvider _time = new();
    private readonly TimerWheel _wheel;
    private readonly RedisCallList _calls;

    public RedisCallListTests()
    {
        _wheel = new TimerWheel(_time);
        _calls = new RedisCallList(_wheel, Limit, _time);
    }

    public void Dispose() => _wheel.Dispose();

    [Fact]
    public async Task Calls_TooOld_AreGivenUpAndTheOthersAreNot()
    {
        var old = Begin();
        _time.Advance(Limit - TimeSpan.FromSeconds(1));
        var young = Begin();

        _time.Advance(TimeSpan.FromSeconds(2));

        var fault = await old.Awaiting(call => call.Task).Should().ThrowAsync<BroadcasterUnavailableException>();
        fault.WithInnerException<TimeoutException>().WithMessage("*CommandTimeout*");
        young.Task.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task End_CallsUnderWay_EndsThemAndThoseThatAreAddedLater()
    {
        var before = Begin();

        _calls.End(new InvalidOperationException("over"));

        var after = Begin();
        await before.Awaiting(call => call.Task).Should().ThrowAsync<BroadcasterUnavailableException>();
        await after.Awaiting(call => call.Task).Should().ThrowAsync<BroadcasterUnavailableException>();
        _wheel.Count.Should().Be(0);
    }

    [Fact]
    public void End_WhileOldOnesAreGivenUp_LeavesNothingOnTheWheel()
    {
        var call = new EndingCall(_calls);
        call.Begin(new TaskCompletionSource<long>().Task, _calls);

        _time.Advance(Limit + TimeSpan.FromSeconds(1));

        call.HasEnded.Should().BeTrue();
        _wheel.Count.Should().Be(0);
    }

    [Fact]
    public void GiveUpOld_NoneTooOld_DoesNotAllocate()
    {
        Begin();
        _calls.GiveUpOld();
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1_000; i++)
        {
            _calls.GiveUpOld();
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    private AwaitedCall<long> Begin()
    {
        var call = new AwaitedCall<long>(isWrite: false);
        call.Begin(new TaskCompletionSource<long>().Task, _calls);
        return call;
    }

    /// <summary>Ends the whole session when it fails, as a probe does.</summary>
    private sealed class EndingCall(RedisCallList calls) : RedisCall<long>
    {
        public bool HasEnded { get; private set; }

        protected override void Succeeded(long result) => throw new InvalidOperationException("There is no answer.");

        protected override void Failed(Exception fault)
        {
            HasEnded = true;
            calls.End(fault);
        }
    }
}
