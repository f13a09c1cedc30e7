namespace RfBroadcast.Redis;

/// <summary>A request that waits for answers. Thread-safe.</summary>
/// <param name="isAnswered">Whether one answer is enough.</param>
internal sealed class ControlRequest(Func<ControlMessage, bool> isAnswered)
{
    private readonly Lock _gate = new();
    private readonly List<ControlMessage> _answers = [];
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal);
    private bool _isExpecting;

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

    /// <summary>Says which nodes there are: when all of them have answered, it is done.</summary>
    public void Expect(IEnumerable<string> nodes)
    {
        lock (_gate)
        {
            _isExpecting = true;
            _missing.UnionWith(nodes);
            foreach (var answer in _answers)
            {
                _missing.Remove(answer.Node ?? "");
            }

            CompleteIfDone(isEnough: false);
        }
    }

    public void Add(ControlMessage answer)
    {
        lock (_gate)
        {
            _answers.Add(answer);
            _missing.Remove(answer.Node ?? "");
            CompleteIfDone(isAnswered(answer));
        }
    }

    private void CompleteIfDone(bool isEnough)
    {
        if (isEnough || (_isExpecting && _missing.Count == 0))
        {
            _done.TrySetResult();
        }
    }
}
