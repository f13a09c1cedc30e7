using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace RfBroadcast.AspNetCore;

/// <summary>Gives every form of the client the same conventions.</summary>
internal sealed class ClientConventionBuilder : IEndpointConventionBuilder
{
    private readonly IEndpointConventionBuilder[] _all;

    public ClientConventionBuilder(IEndpointConventionBuilder main, params IEndpointConventionBuilder[] others)
    {
        _all = [main, .. others];
        foreach (var other in others)
        {
            // The name of an end point is unique; it stays with the main one.
            other.Finally(endpoint =>
            {
                for (var i = endpoint.Metadata.Count - 1; i >= 0; i--)
                {
                    if (endpoint.Metadata[i] is IEndpointNameMetadata)
                    {
                        endpoint.Metadata.RemoveAt(i);
                    }
                }
            });
        }
    }

    public void Add(Action<EndpointBuilder> convention)
    {
        foreach (var builder in _all)
        {
            builder.Add(convention);
        }
    }

    public void Finally(Action<EndpointBuilder> finalConvention)
    {
        foreach (var builder in _all)
        {
            builder.Finally(finalConvention);
        }
    }
}
