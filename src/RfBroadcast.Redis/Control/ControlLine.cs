using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>
/// The line between nodes: asks all of them and gathers their answers, up to a time-out; and probes whether what this process
/// publishes comes back to it, on the very connections that messages take.
/// </summary>
internal sealed class ControlLine(RedisKeys keys, NodeRegistry nodes, RedisBroadcastOptions options, TimeProvider time, ILogger logger)
{
    // A probe behind others' messages is waited for this often: when it does not come then, it does not come.
    private const int MostWaits = 6;

    private readonly string _process = NodeId.Next();
    private readonly ConcurrentDictionary<long, ControlRequest> _requests = new();
    private (RedisSession Session, Action<RedisChannel, RedisValue> Handler)? _open;
    private readonly ConcurrentDictionary<int, bool> _toldVersions = new();
    private long _lastId;

    /// <summary>Carries out what another node asks. Set once.</summary>
    public Func<ControlMessage, ValueTask<ControlMessage>> Carrier { get; set; } = null!;

    /// <summary>Listens in a new session, and no longer in the one before. Called by the link alone.</summary>
    public async Task OpenAsync(RedisSession session)
    {
        if (_open is { } former && ReferenceEquals(former.Session.Multiplexer, session.Multiplexer))
        {
            await Task.WhenAll(
                session.UnsubscribeAsync(keys.Control, former.Handler),
                session.UnsubscribeAsync(keys.ControlOf(_process), former.Handler)).ConfigureAwait(false);
        }

        Action<RedisChannel, RedisValue> handler = (_, payload) => Receive(session, (byte[]?)payload);
        _open = (session, handler);
        await Task.WhenAll(
            session.SubscribeAsync(keys.Control, handler),
            session.SubscribeAsync(keys.ControlOf(_process), handler)).ConfigureAwait(false);
    }

    /// <summary>
    /// Waits until a message to this process itself has gone through Redis and come back. It comes behind all that was pushed before: as long as that keeps
    /// arriving, the connection is slow, or this process, and replacing it would only lose what is on its way.
    /// </summary>
    /// <exception cref="BroadcasterUnavailableException">It did not.</exception>
    public async Task ProbeAsync(RedisSession session, CancellationToken cancellationToken)
    {
        var (id, request) = Begin(static _ => true);
        try
        {
            await SendAsync(session, keys.ControlOf(_process), new ControlMessage { Kind = ControlKind.Probe, From = _process, Id = id }).ConfigureAwait(false);
            await WaitAsync(session, request, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException fault)
        {
            throw new BroadcasterUnavailableException("What is published in Redis no longer arrives here.", mayHaveBeenSent: false, fault);
        }
        finally
        {
            _requests.TryRemove(id, out _);
        }
    }

    /// <summary>Asks all nodes, this one too.</summary>
    /// <param name="session">The session.</param>
    /// <param name="kind">What is asked.</param>
    /// <param name="question">The rest of it.</param>
    /// <param name="isAnswered">Whether one answer is enough.</param>
    /// <param name="cancellationToken">Cancels waiting.</param>
    /// <returns>The answers that came in time.</returns>
    public async Task<IReadOnlyList<ControlMessage>> AskAsync(
        RedisSession session,
        ControlKind kind,
        Func<ControlMessage, ControlMessage> question,
        Func<ControlMessage, bool> isAnswered,
        CancellationToken cancellationToken)
    {
        var (id, request) = Begin(isAnswered);
        try
        {
            var listing = session.ExecuteAsync("ZRANGEBYSCORE", keys.Nodes, "0", "+inf");
            await SendAsync(session, keys.Control, question(new ControlMessage { Kind = kind, From = _process, Id = id })).ConfigureAwait(false);
            request.Expect((string[])(await listing.ConfigureAwait(false))!); // a list
            await request.Done.WaitAsync(options.SurveyTimeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // A node that is not there any more does not answer; those that did are what there is.
        }
        finally
        {
            _requests.TryRemove(id, out _);
        }

        return request.Answers;
    }

    private async Task WaitAsync(RedisSession session, ControlRequest probe, CancellationToken cancellationToken)
    {
        for (var waits = 1; ; waits++)
        {
            var before = session.Pushes;
            try
            {
                await probe.Done.WaitAsync(options.CommandTimeout, time, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (TimeoutException) when (probe.Done.IsCompleted || (waits < MostWaits && session.Pushes != before))
            {
                // It has come meanwhile, or something else has.
            }
        }
    }

    private (long Id, ControlRequest Request) Begin(Func<ControlMessage, bool> isAnswered)
    {
        var id = Interlocked.Increment(ref _lastId);
        var request = new ControlRequest(isAnswered);
        _requests[id] = request;
        return (id, request);
    }

    private static Task<long> SendAsync(RedisSession session, RedisChannel topic, ControlMessage message) =>
        session.PublishAsync(topic, JsonSerializer.SerializeToUtf8Bytes(message, ControlJsonContext.Default.ControlMessage));

    private void Receive(RedisSession session, byte[]? payload)
    {
        session.Pushed();
        ControlMessage? message;
        try
        {
            message = JsonSerializer.Deserialize(payload, ControlJsonContext.Default.ControlMessage);
        }
        catch (JsonException)
        {
            message = null; // not ours
        }

        switch (message)
        {
            case null:
                return;
            case { Version: not ControlMessage.CurrentVersion }:
                if (_toldVersions.TryAdd(message.Version, value: true))
                {
                    Log.ControlIgnored(logger, message.Version);
                }

                return;
            case { Kind: ControlKind.Answer or ControlKind.Probe }:
                if (_requests.TryGetValue(message.Id, out var request))
                {
                    request.Add(message);
                }

                return;
            default:
                _ = Task.Run(() => CarryOutAsync(session, message), CancellationToken.None);
                return;
        }
    }

    private async Task CarryOutAsync(RedisSession session, ControlMessage message)
    {
        try
        {
            var answer = await Carrier(message).ConfigureAwait(false);
            await SendAsync(session, keys.ControlOf(message.From), answer with { Kind = ControlKind.Answer, From = _process, Id = message.Id, Node = nodes.Lease?.Node }).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            Log.ControlFailed(logger, fault, message.Kind.ToString());
        }
    }
}
