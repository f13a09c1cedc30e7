using Microsoft.Extensions.DependencyInjection;

namespace RfBroadcast;

internal sealed class BroadcastingBuilder(IServiceCollection services) : IBroadcastingBuilder
{
    public IServiceCollection Services => services;
}
