namespace RfBroadcast.Redis;

/// <summary>A request that waits for answers. Thread-safe.</summary>
/// <param name="isAnswered">Whether one answer is enough.</param>
internal sealed class ControlRequest(Func<ControlMessage, bool> isAnswered)
{
    private readonly Lock _gate = new();
    private readonly List<ControlMessage> _answers = [];
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _expected = int.MaxValue;

    public Task Done => _done.Task;

    public IReadOnlyList<ControlMessage> Answers
    {
        get
        {
            lock (_gate)
            {
                return [.. _answers];
            }
        }
    }

    public void Expect(int answers)
    {
        lock (_gate)
        {
            _expected = answers;
            CompleteIfDone(isEnough: false);
        }
    }

    public void Add(ControlMessage answer)
    {
        lock (_gate)
        {
            _answers.Add(answer);
            CompleteIfDone(isAnswered(answer));
        }
    }

    private void CompleteIfDone(bool isEnough)
    {
        if (isEnough || _answers.Count >= _expected)
        {
            _done.TrySetResult();
        }
    }
}
