namespace RfBroadcast.Tests;

public sealed class TimerWheelTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly RecordingLogger<TimerWheel> _logger = new();
    private readonly TimerWheel _wheel;

    public TimerWheelTests() => _wheel = new TimerWheel(_time, _logger);

    public void Dispose() => _wheel.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(3_000)]
    [InlineData(51_200)] // once around the wheel
    [InlineData(51_250)]
    [InlineData(7_200_000)]
    public void Schedule_AnyDelay_RunsOnceNeverEarlyAndAtMostATickLate(int milliseconds)
    {
        var delay = TimeSpan.FromMilliseconds(milliseconds);
        for (var offset = 0; offset < 100; offset += 33)
        {
            using var keepsTheWheelTurning = new Entry(_wheel.Schedule(TimeSpan.FromHours(20), () => { }));
            _time.Advance(TimeSpan.FromMilliseconds(offset));
            var start = _time.GetUtcNow();
            var ran = new List<TimeSpan>();
            _wheel.Schedule(delay, () => ran.Add(_time.GetUtcNow() - start));

            _time.Advance(delay + TimerWheel.Tick + TimerWheel.Tick);

            ran.Should().ContainSingle().Which.Should().BeGreaterThanOrEqualTo(delay).And.BeLessThanOrEqualTo(delay + TimerWheel.Tick);
        }
    }

    [Fact]
    public void Schedule_Nothing_LeavesTheTimerStandingStill()
    {
        _time.RunningTimers.Should().Be(0);
        var entry = _wheel.Schedule(TimeSpan.FromSeconds(1), () => { });
        _time.RunningTimers.Should().Be(1);
        entry.Cancel();
        _time.RunningTimers.Should().Be(0);

        _wheel.Schedule(TimeSpan.FromSeconds(1), () => { });
        _time.Advance(TimeSpan.FromSeconds(2));
        _time.RunningTimers.Should().Be(0, "the last one has run");
        _wheel.Count.Should().Be(0);
    }

    [Fact]
    public void Cancel_Waiting_NeverRuns()
    {
        var ran = 0;
        var entry = _wheel.Schedule(TimeSpan.FromSeconds(1), () => ran++);
        _time.Advance(TimeSpan.FromMilliseconds(900));
        entry.Cancel();
        entry.Cancel();

        _time.Advance(TimeSpan.FromMinutes(5));
        ran.Should().Be(0);
        _wheel.Count.Should().Be(0);
    }

    [Fact]
    public void Reschedule_Waiting_WaitsAnew()
    {
        var ran = 0;
        var entry = _wheel.Schedule(TimeSpan.FromSeconds(1), () => ran++);
        _time.Advance(TimeSpan.FromMilliseconds(900));
        entry.Reschedule(TimeSpan.FromSeconds(1));
        _wheel.Count.Should().Be(1);

        _time.Advance(TimeSpan.FromMilliseconds(900));
        ran.Should().Be(0);
        _time.Advance(TimeSpan.FromMilliseconds(300));
        ran.Should().Be(1);
    }

    [Fact]
    public void Reschedule_FromTheCallback_RunsAgainAndAgain()
    {
        var ran = 0;
        WheelEntry entry = null!;
        entry = _wheel.Schedule(TimeSpan.FromSeconds(30), () =>
        {
            ran++;
            entry.Reschedule(TimeSpan.FromSeconds(30));
        });

        _time.Advance(TimeSpan.FromMinutes(10));
        ran.Should().BeInRange(19, 20);
    }

    [Fact]
    public void Schedule_ManyEntries_EachRunsAtItsOwnTime()
    {
        const int Count = 20_000;
        var random = new Random(1);
        var start = _time.GetUtcNow();
        var late = new List<double>();
        var ran = 0;
        var cancelled = 0;
        for (var i = 0; i < Count; i++)
        {
            var delay = TimeSpan.FromMilliseconds(random.Next(0, 120_000));
            var entry = _wheel.Schedule(delay, () =>
            {
                ran++;
                late.Add((_time.GetUtcNow() - start - delay).TotalMilliseconds);
            });
            if (i % 4 == 0)
            {
                entry.Cancel();
                cancelled++;
            }
        }

        _wheel.Count.Should().Be(Count - cancelled);
        _time.Advance(TimeSpan.FromSeconds(121));

        ran.Should().Be(Count - cancelled);
        late.Min().Should().BeGreaterThanOrEqualTo(0);
        late.Max().Should().BeLessThanOrEqualTo(100);
        _wheel.Count.Should().Be(0);
    }

    [Fact]
    public void Advance_TimerThatCameLate_RunsAllThatIsDue()
    {
        var ran = new List<int>();
        _wheel.Schedule(TimeSpan.FromSeconds(1), () => ran.Add(1));
        _wheel.Schedule(TimeSpan.FromSeconds(90), () => ran.Add(2));
        _wheel.Schedule(TimeSpan.FromHours(3), () => ran.Add(3));

        _time.Jump(TimeSpan.FromHours(2)); // the machine slept

        ran.Should().Equal(1, 2);
    }

    [Fact]
    public void Schedule_LongestDelay_DoesNotOverflow()
    {
        _wheel.Schedule(TimeSpan.FromSeconds(1), () => { });
        _time.Advance(TimeSpan.FromMilliseconds(500));

        _wheel.Schedule(TimeSpan.MaxValue, () => throw new InvalidOperationException("early"));

        _time.Advance(TimeSpan.FromHours(1));
        _wheel.Count.Should().Be(1);
        _logger.Entries.Should().BeEmpty();
    }

    [Fact]
    public void Callback_Throws_IsLoggedAndHarmsNoOther()
    {
        var ran = 0;
        _wheel.Schedule(TimeSpan.FromSeconds(1), () => ran++);
        _wheel.Schedule(TimeSpan.FromSeconds(1), () => throw new InvalidOperationException("mine"));
        _wheel.Schedule(TimeSpan.FromSeconds(1), () => ran++);

        _time.Advance(TimeSpan.FromSeconds(2));

        ran.Should().Be(2);
        _logger.Entries.Should().ContainSingle().Which.Id.Should().Be(1004);
    }

    [Fact]
    public void Dispose_Waiting_RunsNothing()
    {
        var ran = 0;
        _wheel.Schedule(TimeSpan.FromSeconds(1), () => ran++);
        _wheel.Dispose();
        _wheel.Schedule(TimeSpan.FromSeconds(1), () => ran++).Cancel();

        _time.Advance(TimeSpan.FromSeconds(5));
        ran.Should().Be(0);
    }

    private sealed class Entry(WheelEntry entry) : IDisposable
    {
        public void Dispose() => entry.Cancel();
    }
}
