using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>
/// A call of a script by its hash. A server that does not know the script (it was restarted, or took over) is sent its text, and knows it from then on.
/// </summary>
internal abstract class ScriptCall(RedisSession session, RedisScript script, RedisKey[] keys, RedisValue[] values) : RedisCall<RedisResult>
{
    private bool _isByText;

    protected RedisSession Session => session;

    public void Issue() => session.Run(script, keys, values, this, _isByText);

    protected override bool TryAgain(Exception fault)
    {
        if (_isByText || !RedisFaults.IsNoScript(fault))
        {
            return false;
        }

        _isByText = true;
        Issue();
        return true;
    }
}
