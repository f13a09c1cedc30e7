using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Asks a delegate of the app. ASP.NET Core's own binding calls it, each time on an <see cref="HttpContext"/> made for that
/// call, never on the socket's.
/// </summary>
internal sealed class DelegateAuth(ChannelPattern pattern, BoundDelegate bound, ILogger logger) : IChannelAuth
{
    public async ValueTask<ChannelAuthResult> AuthorizeAsync(ChannelAuthContext context, CancellationToken cancellationToken)
    {
        var call = new DelegateCall();
        var http = MakeContext(context, call, cancellationToken);
        try
        {
            await bound.Call(http).ConfigureAwait(false);
        }
        catch (BadHttpRequestException fault) when (!call.IsEntered)
        {
            Log.HandlerNotBound(logger, context.Channel.WireName, pattern.Text, fault.Message);
            return ChannelAuthResult.Deny();
        }

        return call.IsAnswered && http.Response.StatusCode < StatusCodes.Status400BadRequest
            ? Read(call.Result)
            : ChannelAuthResult.Deny();
    }

    private DefaultHttpContext MakeContext(ChannelAuthContext context, DelegateCall call, CancellationToken cancellationToken)
    {
        var http = new DefaultHttpContext
        {
            RequestServices = context.Services,
            RequestAborted = cancellationToken,
            User = context.User,
        };
        http.Features.Set(call);
        var values = http.Request.RouteValues;
        foreach (var (name, value) in context.Parameters)
        {
            values[name] = value;
        }

        foreach (var name in bound.ChannelParameters)
        {
            values[name] = context.Channel.WireName;
        }

        return http;
    }

    private static ChannelAuthResult Read(object? result) => result switch
    {
        ChannelAuthResult full => full,
        true => ChannelAuthResult.Grant(),
        false or null => ChannelAuthResult.Deny(),
        IResult => throw new InvalidOperationException(
            $"The handler returned {result.GetType().Name}, an HTTP result. Return true or false, a ChannelAuthResult, or the member's info."),
        _ => ChannelAuthResult.Grant(userInfo: result),
    };
}
