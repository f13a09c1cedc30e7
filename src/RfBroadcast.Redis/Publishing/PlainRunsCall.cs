using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>A call of <c>publish_plain.lua</c>: runs of plain messages, each of another channel. One that is refused fails alone.</summary>
internal sealed class PlainRunsCall(RedisSession session, PublishLine line, PendingPublish runs, RedisValue[] values, Acceptance acceptance)
    : ScriptCall(session, RedisScripts.PublishPlain, [], values)
{
    protected override void Succeeded(RedisResult result)
    {
        try
        {
            Accept(result.IsNull ? [] : (RedisResult[])result!); // the script gives a list then
        }
        catch (Exception fault)
        {
            runs.FailRuns(fault);
        }

        line.Done();
    }

    protected override void Failed(Exception fault)
    {
        runs.FailRuns(fault);
        line.Done();
    }

    private void Accept(RedisResult[] refused)
    {
        var now = acceptance.Now;
        var next = 0;
        var number = 0;
        for (var run = runs; run is not null; run = run.NextRun)
        {
            number++;
            if (next < refused.Length && (int)refused[next] == number)
            {
                run.FailAll(RedisFaults.Refused((string)refused[next + 1]!)); // the error's text
                next += 2;
            }
            else
            {
                acceptance.Accept(run, now);
            }
        }
    }
}
