using Microsoft.AspNetCore.Http;

namespace RfBroadcast.AspNetCore;

/// <summary>Takes the sender from the <c>X-Socket-ID</c> header of the current request.</summary>
internal sealed class CurrentRequestSender(IHttpContextAccessor accessor) : ICurrentSender
{
    public const string HeaderName = "X-Socket-ID";

    private const int MaxLength = 64;

    public string? ConnectionId =>
        accessor.HttpContext?.Request.Headers[HeaderName] is [{ } id] && IsConnectionId(id) ? id : null;

    /// <summary>Whether this is digits, a dot, digits. Anything else, a client made up.</summary>
    private static bool IsConnectionId(ReadOnlySpan<char> id)
    {
        var dot = id.IndexOf('.');
        return id.Length <= MaxLength && dot > 0 && dot < id.Length - 1 && AreDigits(id[..dot]) && AreDigits(id[(dot + 1)..]);
    }

    private static bool AreDigits(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') < 0;
}
