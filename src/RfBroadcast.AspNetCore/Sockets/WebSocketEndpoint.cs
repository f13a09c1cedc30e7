using Microsoft.AspNetCore.Http;

namespace RfBroadcast.AspNetCore;

/// <summary>The end point behind <c>MapBroadcastWebSockets</c>: accepts a handshake and runs the connection.</summary>
/// <remarks>
/// A connection is idle nearly always, and everything an async method holds while it waits counts for each. So what is done
/// once is left behind, not awaited around the rest, where it completes at once, as it nearly always does.
/// </remarks>
#pragma warning disable MA0042 // results are asked for only where they are there, see below
internal sealed class WebSocketEndpoint(EndpointServices services, Handshake handshake, ConnectionLifetime lifetime)
{
    public Task HandleAsync(HttpContext context)
    {
        var judging = handshake.JudgeAsync(context);
        return judging.IsCompletedSuccessfully ? AcceptAsync(context, judging.GetAwaiter().GetResult()) : JudgeAndAcceptAsync(context, judging);
    }

    private async Task JudgeAndAcceptAsync(HttpContext context, ValueTask<Admission> judging) =>
        await AcceptAsync(context, await judging.ConfigureAwait(false)).ConfigureAwait(false);

    private Task AcceptAsync(HttpContext context, in Admission admission)
    {
        if ((admission.Refusal ?? SocketAcceptor.FindFault(context)) is { } verdict)
        {
            admission.Dispose();
            return verdict.WriteAsync(context);
        }

        // Read before the upgrade; the request is not touched afterwards.
        var subscriptions = AddressedChannels.Read(context.Request);
        var accepting = AcceptedSocket.AcceptAsync(services, context, admission);
        if (!accepting.IsCompletedSuccessfully)
        {
            return AcceptAndRunAsync(accepting, admission, subscriptions);
        }

        var socket = accepting.GetAwaiter().GetResult();
        return lifetime.RunAsync(socket.Connection, socket, subscriptions);
    }

    private async Task AcceptAndRunAsync(ValueTask<AcceptedSocket> accepting, Admission admission, List<SubscribeCommand> subscriptions)
    {
        AcceptedSocket socket;
        try
        {
            socket = await accepting.ConfigureAwait(false);
        }
        catch
        {
            admission.Dispose(); // nobody has taken the place
            throw;
        }

        await lifetime.RunAsync(socket.Connection, socket, subscriptions).ConfigureAwait(false);
    }
}
