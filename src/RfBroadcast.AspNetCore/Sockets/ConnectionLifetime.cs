using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;

namespace RfBroadcast.AspNetCore;

/// <summary>Runs a connection, whatever its transport: the hub and the drain know it from its start to its end.</summary>
internal sealed class ConnectionLifetime(EndpointServices services, ConnectionDrain drain)
{
    /// <summary>Runs a connection until its last frame is out or it has failed; only then may its request end.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="transport">What carries it.</param>
    /// <param name="subscriptions">What its address asks for.</param>
    public async Task RunAsync(ClientConnection connection, IClientTransport transport, IReadOnlyList<SubscribeCommand> subscriptions)
    {
        services.Hub.TryAdd(connection); // its id is new
        Log.ConnectionOpened(services.Logger, connection.Id, connection.UserId);
        drain.Joined(connection);
        var session = new NativeSession(services, connection);
        try
        {
            var serving = transport.ServeAsync(session, subscriptions);
            subscriptions = []; // not to be held as long as the connection lasts
            var isClosed = await serving.ConfigureAwait(false);
            Log.ConnectionEnded(services.Logger, connection.Id, isClosed ? "closed" : "the client has gone");
        }
        catch (Exception fault) when (IsOfConnection(fault))
        {
            Log.ConnectionEnded(services.Logger, connection.Id, fault.Message);
        }
        catch (Exception fault)
        {
            Log.ConnectionFailed(services.Logger, fault, connection.Id);
            connection.Close(CloseCode.InternalError, "the server failed");
        }
        finally
        {
            if (connection.CloseCodeSent == 0)
            {
                connection.Abort(); // it vanished without a word
            }

            try
            {
                await EndAsync(connection, session).ConfigureAwait(false);
                await connection.Queue.Finished.ConfigureAwait(false);
            }
            finally
            {
                connection.Release();
                await transport.EndAsync().ConfigureAwait(false);
            }
        }
    }

    // What reading throws when the connection has failed, which is not the server's fault.
    private static bool IsOfConnection(Exception fault) =>
        fault is WebSocketException or OperationCanceledException or IOException or ConnectionResetException or ObjectDisposedException;

    private async Task EndAsync(ClientConnection connection, NativeSession session)
    {
        try
        {
            // First, so that presence and publishers see the end at once; again, for a subscription that was under way.
            await RemoveAsync(connection).ConfigureAwait(false);
            await session.DisposeAsync().ConfigureAwait(false);
            await RemoveAsync(connection).ConfigureAwait(false);
        }
        finally
        {
            drain.Left();
        }
    }

    private async ValueTask RemoveAsync(ClientConnection connection)
    {
        // Closed by the app for good: its own call to remove the connection may come after the client's answer.
        var leaveAtOnce = connection.CloseCodeSent is >= 4000 and < 4100 and not CloseCode.Misuse;
        try
        {
            await services.Broadcaster.RemoveConnectionAsync(connection.Id, leaveAtOnce, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            // The back end may be away; here, at least, nothing may be left.
            Log.CommandFailed(services.Logger, fault, connection.Id, nameof(services.Broadcaster.RemoveConnectionAsync));
            await services.Hub.RemoveConnectionAsync(connection.Id).ConfigureAwait(false);
        }
    }
}
