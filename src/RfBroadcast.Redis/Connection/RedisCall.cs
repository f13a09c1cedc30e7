using System.Runtime.CompilerServices;

namespace RfBroadcast.Redis;

/// <summary>A command with an answer of this type.</summary>
internal abstract class RedisCall<T> : PendingCall
{
    private RedisCallList? _calls;
    private ConfiguredTaskAwaitable<T>.ConfiguredTaskAwaiter _command;

    /// <summary>Waits for a command that was issued. Nothing is allocated but one delegate.</summary>
    public void Begin(Task<T> command, RedisCallList calls)
    {
        _calls = calls;
        _command = command.ConfigureAwait(false).GetAwaiter();
        calls.Add(this);
        if (command.IsCompleted)
        {
            Finish();
        }
        else
        {
            _command.UnsafeOnCompleted(Finish);
        }
    }

    /// <summary>Called with the answer. On the client's thread: it must not block.</summary>
    protected abstract void Succeeded(T result);

    /// <summary>Called when the command failed: issues it again, where that may help; else gives false.</summary>
    protected virtual bool TryAgain(Exception fault) => false;

    private void Finish()
    {
        _calls!.Remove(this); // it has begun
        T result;
        try
        {
            result = _command.GetResult();
        }
        catch (Exception fault)
        {
            if (!TryAgain(fault))
            {
                GiveUp(fault);
            }

            return;
        }

        if (TryEnd())
        {
            Succeeded(result);
        }
    }
}
