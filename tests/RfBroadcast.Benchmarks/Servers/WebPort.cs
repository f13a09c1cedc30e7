using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace RfBroadcast.Benchmarks;

/// <summary>Which port a web app got.</summary>
internal static class WebPort
{
    public static int Of(WebApplication app) =>
        new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port; // Kestrel has it
}
