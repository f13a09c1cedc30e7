namespace RfBroadcast.Redis.Tests.Connection;

/// <summary>Commands under way that get no answer are given up; looking for them costs nothing while there are none.</summary>
public sealed class RedisCallListTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly RedisCallList _calls;

    public RedisCallListTests() => _calls = new RedisCallList(_time);

    [Fact]
    public async Task GiveUp_SomeTooOld_EndsThoseAlone()
    {
        var old = Begin();
        _time.Advance(TimeSpan.FromSeconds(1));
        var limit = _time.GetTimestamp();
        var young = Begin();

        _calls.GiveUp(limit, static () => new TimeoutException("late"));

        await old.Awaiting(call => call.Task).Should().ThrowAsync<BroadcasterUnavailableException>();
        young.Task.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public void GiveUp_NoneTooOld_DoesNotAllocate()
    {
        Begin();
        Func<Exception> fault = static () => new TimeoutException("late");
        _calls.GiveUp(long.MinValue, fault);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1_000; i++)
        {
            _calls.GiveUp(long.MinValue, fault);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    private AwaitedCall<long> Begin()
    {
        var call = new AwaitedCall<long>(isWrite: false);
        call.Begin(new TaskCompletionSource<long>().Task, _calls);
        return call;
    }
}
