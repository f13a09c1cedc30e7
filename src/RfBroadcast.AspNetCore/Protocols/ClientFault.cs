namespace RfBroadcast.AspNetCore;

/// <summary>What a client is told when its message cannot be carried out.</summary>
/// <param name="Code">One of <see cref="ErrorCode"/>.</param>
/// <param name="Message">What is wrong and how to mend it, for people.</param>
/// <param name="Channel">The channel as the client named it, or null.</param>
/// <param name="RetryAfter">When to try again, for <see cref="ErrorCode.RateLimited"/>.</param>
internal sealed record ClientFault(string Code, string Message, string? Channel = null, TimeSpan? RetryAfter = null)
{
    /// <summary>
    /// Whether it breaks the protocol. A well-made client may be denied, or be too fast, any number of times; it is never
    /// wrong about the form.
    /// </summary>
    public bool IsMisuse => Code is ErrorCode.BadMessage or ErrorCode.InvalidChannel or ErrorCode.InvalidEvent or ErrorCode.TooLarge;
}
