namespace RfBroadcast.Tests;

public sealed class IdempotencyWindowTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly TimerWheel _wheel;
    private readonly IdempotencyWindow _window;
    private int _calls;

    public IdempotencyWindowTests()
    {
        _wheel = new TimerWheel(_time);
        _window = new IdempotencyWindow(_wheel, TimeSpan.FromMinutes(2));
    }

    public void Dispose() => _wheel.Dispose();

    [Fact]
    public async Task RunAsync_SameKeyAgain_GivesTheFirstReceipt()
    {
        var first = await _window.RunAsync("k", Publish, default);

        (await _window.RunAsync("k", Publish, default)).Should().BeSameAs(first);
        _calls.Should().Be(1);
        (await _window.RunAsync("other", Publish, default)).Should().NotBeSameAs(first);
    }

    [Fact]
    public async Task RunAsync_SameKeyAtOnce_PublishesOnce()
    {
        var publishing = new TaskCompletionSource<BroadcastReceipt>();
        ValueTask<BroadcastReceipt> Slowly(CancellationToken token)
        {
            _calls++;
            return new(publishing.Task);
        }

        var calls = Enumerable.Range(0, 8).Select(_ => _window.RunAsync("k", Slowly, default).AsTask()).ToArray();
        calls.Should().OnlyContain(call => !call.IsCompleted);
        var receipt = new BroadcastReceipt([]);
        publishing.SetResult(receipt);

        (await Task.WhenAll(calls).InTimeAsync()).Should().OnlyContain(given => ReferenceEquals(given, receipt));
        _calls.Should().Be(1);
    }

    [Fact]
    public async Task RunAsync_FirstFails_FreesTheKeyAndTheWaitingOneTriesForItself()
    {
        var publishing = new TaskCompletionSource<BroadcastReceipt>();
        var first = _window.RunAsync("k", _ => new(publishing.Task), default).AsTask();
        var second = _window.RunAsync("k", Publish, default).AsTask();
        publishing.SetException(new InvalidOperationException("down"));

        await FluentActions.Awaiting(() => first).Should().ThrowAsync<InvalidOperationException>("only its own caller is told");
        (await second.InTimeAsync()).Should().NotBeNull();
        _calls.Should().Be(1);
        await _window.RunAsync("k", Publish, default);
        _calls.Should().Be(1, "the second one's receipt is remembered");
    }

    [Fact]
    public async Task RunAsync_WaitingOneIsCancelled_OnlyItGivesUp()
    {
        var publishing = new TaskCompletionSource<BroadcastReceipt>();
        using var cancellation = new CancellationTokenSource();
        var first = _window.RunAsync("k", _ => new(publishing.Task), default).AsTask();
        var second = _window.RunAsync("k", Publish, cancellation.Token).AsTask();
        await cancellation.CancelAsync();

        await FluentActions.Awaiting(() => second).Should().ThrowAsync<OperationCanceledException>();
        publishing.SetResult(BroadcastReceipt.Empty);
        (await first).Should().BeSameAs(BroadcastReceipt.Empty);
    }

    [Fact]
    public async Task RunAsync_AfterTheWindow_PublishesAgain()
    {
        await _window.RunAsync("k", Publish, default);
        _time.Advance(TimeSpan.FromMinutes(2) - TimeSpan.FromTicks(1));
        await _window.RunAsync("k", Publish, default);
        _calls.Should().Be(1);

        _time.Advance(TimerWheel.Tick + TimeSpan.FromTicks(1));
        await _window.RunAsync("k", Publish, default);
        _calls.Should().Be(2);
    }

    private ValueTask<BroadcastReceipt> Publish(CancellationToken cancellationToken)
    {
        _calls++;
        return ValueTask.FromResult(new BroadcastReceipt([]));
    }
}
