using System.Diagnostics;

namespace RfBroadcast.Redis;

/// <summary>
/// The list, in Redis, of the presence channels that this node has something on: where to sweep when it ends. A note stands there before the first
/// join of its channel is sent, and goes after the last one is known to be off, with a later heartbeat; so the list is as long as there are channels
/// with members of this node, and a crash between leaves a note too many, never one too few. Thread-safe.
/// </summary>
internal sealed class ChannelNotes(PresenceScripts scripts)
{
    // So many in one command.
    private const int Together = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Node, string Channel), ChannelNote> _notes = [];
    private readonly HashSet<ChannelNote> _idle = []; // nobody holds them; they stand in the list
    private readonly HashSet<ChannelNote> _off = []; // they are being taken off the list, or could not be
    private long _lastNumber;

    /// <summary>Whether anybody holds one.</summary>
    public bool AreHeld
    {
        get
        {
            lock (_gate)
            {
                return _notes.Count > _idle.Count;
            }
        }
    }

    /// <summary>How many this process keeps.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _notes.Count + _off.Count;
            }
        }
    }

    /// <summary>Keeps a channel's note, which is a new one when nobody did. Every hold is to be released.</summary>
    public ChannelNote Hold(string node, Channel channel)
    {
        lock (_gate)
        {
            if (!_notes.TryGetValue((node, channel.WireName), out var note))
            {
                _notes[(node, channel.WireName)] = note = new ChannelNote(node, channel, ++_lastNumber);
            }

            note.Holds++;
            _idle.Remove(note);
            return note;
        }
    }

    /// <summary>Ends a hold.</summary>
    public void Release(ChannelNote note)
    {
        lock (_gate)
        {
            Debug.Assert(note.Holds > 0, "A hold is released once.");
            if (--note.Holds == 0)
            {
                _idle.Add(note);
            }
        }
    }

    /// <summary>Waits until a note stands in Redis, in this session.</summary>
    /// <exception cref="BroadcasterUnavailableException">It cannot be written.</exception>
    public Task WriteAsync(RedisSession session, ChannelNote note)
    {
        lock (_gate)
        {
            if (note.Written is not var (written, done) || written != session || done.IsFaulted)
            {
                done = scripts.NoteAsync(session, note.Node, [note.Name]);
                note.Written = (session, done);
            }

            return done;
        }
    }

    /// <summary>Writes all notes of a node again, after the store may have lost them.</summary>
    /// <exception cref="BroadcasterUnavailableException">They cannot be written.</exception>
    public Task RewriteAsync(RedisSession session, string node)
    {
        lock (_gate)
        {
            var writes = new List<Task>();
            foreach (var some in _notes.Values.Where(note => note.Node == node).Chunk(Together))
            {
                var done = scripts.NoteAsync(session, node, Array.ConvertAll(some, note => note.Name));
                writes.Add(done);
                foreach (var note in some)
                {
                    note.Written = (session, done);
                }
            }

            return Task.WhenAll(writes);
        }
    }

    /// <summary>Takes off the list what nobody holds. The list of an earlier node stays as it is: others sweep it, and delete it then.</summary>
    /// <returns>Completes when it is done, or cannot be done before the next time; it does not fail.</returns>
    public async Task TakeOffAsync(RedisSession session, string node)
    {
        ChannelNote[] all;
        lock (_gate)
        {
            foreach (var note in _idle)
            {
                _notes.Remove((note.Node, note.Channel.WireName));
                _off.Add(note);
            }

            _idle.Clear();
            _off.RemoveWhere(note => note.Node != node);
            all = [.. _off];
        }

        foreach (var some in all.Chunk(Together))
        {
            try
            {
                await scripts.TakeOffAsync(session, node, Array.ConvertAll(some, note => note.Name)).ConfigureAwait(false);
            }
            catch (BroadcasterUnavailableException)
            {
                return; // the next heartbeat tries again
            }

            lock (_gate)
            {
                _off.ExceptWith(some);
            }
        }
    }
}
