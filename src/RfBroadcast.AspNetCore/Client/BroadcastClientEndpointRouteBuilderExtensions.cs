using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RfBroadcast.AspNetCore;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Serves the browser client.</summary>
public static class BroadcastClientEndpointRouteBuilderExtensions
{
    private const string Extension = ".js";

    /// <summary>
    /// Serves the browser client as an ES module at this path; for a plain script tag, where it defines <c>Echo</c>, at the
    /// same path with <c>.global.js</c>; and its TypeScript types with <c>.d.ts</c>. All three have the conventions of what
    /// is returned; a name is the module's alone.
    /// </summary>
    /// <param name="endpoints">The app.</param>
    /// <param name="path">A path that ends with <c>.js</c>.</param>
    /// <exception cref="ArgumentException">The path does not end with <c>.js</c>.</exception>
    public static IEndpointConventionBuilder MapBroadcastClient(this IEndpointRouteBuilder endpoints, string path = "/rf-broadcast.js")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException($"The browser client is served at a path that ends with \"{Extension}\", such as /rf-broadcast.js; \"{path}\" does not.", nameof(path));
        }

        var stem = path[..^Extension.Length];
        return new ClientConventionBuilder(
            Map(endpoints, path, ClientFile.Module),
            Map(endpoints, stem + ".global.js", ClientFile.Script),
            Map(endpoints, stem + ".d.ts", ClientFile.Types));
    }

    private static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, string path, Lazy<ClientFile> file) => endpoints
        .MapMethods(path, [HttpMethods.Get, HttpMethods.Head], (RequestDelegate)(context => file.Value.WriteAsync(context)))
        .WithDisplayName("RfBroadcast client " + path)
        .ExcludeFromDescription();
}
