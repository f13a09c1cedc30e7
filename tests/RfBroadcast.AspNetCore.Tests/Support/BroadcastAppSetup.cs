using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace RfBroadcast.AspNetCore.Tests.Support;

/// <summary>What one test wants other than usual of its app.</summary>
internal sealed class BroadcastAppSetup
{
    public Action<BroadcastOptions>? Broadcasting { get; init; }

    public Action<BroadcastWebSocketOptions>? WebSockets { get; init; }

    /// <summary>Runs before broadcasting is added, so that what it adds comes first.</summary>
    public Action<IServiceCollection>? Services { get; init; }

    /// <summary>Maps channels, and whatever else; the end point itself is at <c>/ws</c>.</summary>
    public Action<WebApplication>? Map { get; init; }

    /// <summary>How clients get there, and by what the server answers them.</summary>
    public WayOut Way { get; init; }

    /// <summary>Whether the server compresses, and clients offer it.</summary>
    public bool Deflates { get; init; }

    /// <summary>Sets up the server, which otherwise listens for <see cref="Way"/> at a free port of the loopback.</summary>
    public Action<IWebHostBuilder>? Server { get; init; }

    /// <summary>The clock of broadcasting; null means the system's.</summary>
    public TimeProvider? Time { get; init; }

    /// <summary>The test makes the end point fail, so that its log of that is expected.</summary>
    public bool FailsOnPurpose { get; init; }
}
