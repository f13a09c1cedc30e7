using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace RfBroadcast.AspNetCore;

/// <summary>A request that lasts as long as its connection.</summary>
internal static class LongRequest
{
    /// <summary>Takes it out of the limits of ordinary ones.</summary>
    public static void Exempt(HttpContext context)
    {
        context.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();

        // Kestrel would abort a client that is silent for long as too slow a reader.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }
}
