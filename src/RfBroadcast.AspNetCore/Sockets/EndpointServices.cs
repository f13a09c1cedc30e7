using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RfBroadcast.AspNetCore;

/// <summary>What every connection needs of the app, gathered once.</summary>
internal sealed class EndpointServices(
    IOptions<BroadcastWebSocketOptions> options,
    IOptions<BroadcastOptions> broadcasting,
    LocalHub hub,
    IBroadcaster broadcaster,
    ChannelAuthorizer authorizer,
    BroadcastMetrics metrics,
    TimerWheel wheel,
    TimeProvider time,
    ILogger<WebSocketEndpoint> logger,
    IAuthenticationSchemeProvider? schemes = null)
{
    public BroadcastWebSocketOptions Options { get; } = options.Value;

    /// <summary>What connections that negotiated compression speak; null when it is switched off.</summary>
    public NativeProtocol? Deflate { get; } = options.Value.Compression.Enabled ? NativeProtocol.Deflate(options.Value.Compression) : null;

    public ChannelSettingsCollection Channels { get; } = broadcasting.Value.Channels;

    public LocalHub Hub => hub;

    public IBroadcaster Broadcaster => broadcaster;

    public ChannelAuthorizer Authorizer => authorizer;

    public BroadcastMetrics Metrics => metrics;

    public TimerWheel Wheel => wheel;

    public TimeProvider Time => time;

    public ILogger Logger => logger;

    /// <summary>How the app authenticates; null when it does not. Not asked of a request, whose services would stay with it.</summary>
    public IAuthenticationSchemeProvider? Schemes => schemes;
}
