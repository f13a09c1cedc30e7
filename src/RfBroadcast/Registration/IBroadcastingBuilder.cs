using Microsoft.Extensions.DependencyInjection;

namespace RfBroadcast;

/// <summary>What <c>AddBroadcasting()</c> returns, for a back end and other parts to be added to.</summary>
public interface IBroadcastingBuilder
{
    /// <summary>The app's services.</summary>
    IServiceCollection Services { get; }
}
