namespace RfBroadcast.Redis;

/// <summary>A PUBLISH of one run of plain messages.</summary>
internal sealed class PlainCall(PublishLine line, PendingPublish run, Acceptance acceptance) : RedisCall<long>
{
    protected override void Succeeded(long result)
    {
        acceptance.Accept(run, acceptance.Now);
        line.Done();
    }

    protected override void Failed(Exception fault)
    {
        run.FailAll(fault);
        line.Done();
    }
}
