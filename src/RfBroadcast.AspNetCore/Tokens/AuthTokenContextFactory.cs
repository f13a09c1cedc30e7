using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Turns the <c>auth_token</c> of a handshake into the <c>Authorization</c> header. A factory of contexts can do that before
/// hosting logs the request with its query; a middleware comes too late.
/// </summary>
internal sealed class AuthTokenContextFactory(IHttpContextFactory inner, BroadcastPaths paths) : IHttpContextFactory
{
    public HttpContext Create(IFeatureCollection featureCollection)
    {
        ArgumentNullException.ThrowIfNull(featureCollection);
        var request = featureCollection.Get<IHttpRequestFeature>();
        if (request is not null && request.QueryString.Length > 1 && paths.IsMapped(request.Path))
        {
            MoveToken(request);
        }

        return inner.Create(featureCollection);
    }

    public void Dispose(HttpContext httpContext) => inner.Dispose(httpContext);

    private static void MoveToken(IHttpRequestFeature request)
    {
        if (!AuthTokenQuery.TryRemove(request.QueryString, out var rest, out var token))
        {
            return;
        }

        request.QueryString = rest;
        var target = request.RawTarget ?? string.Empty;
        var question = target.IndexOf('?', StringComparison.Ordinal);
        if (question >= 0 && AuthTokenQuery.TryRemove(target[question..], out rest, out _))
        {
            request.RawTarget = target[..question] + rest;
        }

        if (token is not null && StringValues.IsNullOrEmpty(request.Headers.Authorization))
        {
            request.Headers.Authorization = "Bearer " + token;
        }
    }
}
