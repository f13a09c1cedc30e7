using Microsoft.Extensions.Logging.Abstractions;

namespace RfBroadcast.Redis.Tests.Connection;

/// <summary>A session lasts as long as its connection, whatever is still waited for in it.</summary>
public sealed class RedisLinkTests(StandaloneRedis redis) : IClassFixture<StandaloneRedis>, IAsyncLifetime, IDisposable
{
    private readonly TimerWheel _wheel = new(TimeProvider.System);
    private readonly FaultyProxy _proxy = new(redis.Server.Port);
    private RedisLink _link = null!;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _link.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    public void Dispose() => _wheel.Dispose();

    [Theory]
    [InlineData("Prepare")]
    [InlineData("Check")]
    public async Task Connection_LostWhileSomethingIsWaitedFor_IsReplacedAtOnceAndTheWaitingEnds(string waitsIn)
    {
        var user = new WaitingUser(waitsIn);
        var options = new RedisBroadcastOptions { ConnectionString = _proxy.EndPoint };
        _link = new RedisLink(new RedisConnector(options, shared: null, TimeProvider.System, NullLogger.Instance), user, options, _wheel, TimeProvider.System, NullLogger.Instance);
        _link.Start();
        await user.Waits.Task.InTimeAsync();

        _proxy.Cut();

        await Wait.UntilAsync(() => _link.Session is { Number: > 1 }, "there is another session");
        await user.HasEnded.Task.InTimeAsync();
    }

    /// <summary>Waits in its first session, at one place, until it is told to end.</summary>
    private sealed class WaitingUser(string place) : IRedisSessionUser
    {
        public TaskCompletionSource Waits { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource HasEnded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task PrepareAsync(RedisSession session, CancellationToken cancellationToken) => WaitAsync("Prepare", session, cancellationToken);

        public Task RestoreAsync(RedisSession session, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task CheckAsync(RedisSession session, CancellationToken cancellationToken) => WaitAsync("Check", session, cancellationToken);

        private async Task WaitAsync(string where, RedisSession session, CancellationToken cancellationToken)
        {
            if (where == place && session.Number == 1)
            {
                Waits.TrySetResult();
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                }
                finally
                {
                    HasEnded.TrySetResult();
                }
            }
        }
    }
}
