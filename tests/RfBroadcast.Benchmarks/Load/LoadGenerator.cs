using System.Diagnostics;
using System.Text;

namespace RfBroadcast.Benchmarks;

/// <summary>Thousands of WebSocket clients on one thread.</summary>
internal sealed class LoadGenerator
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(15);

    private readonly Epoll _epoll = new();
    private readonly List<LoadConnection> _connections = [];
    private readonly LoadTally _tally = new();
    private readonly LatencyHistogram _connecting = new();
    private readonly IDialect _dialect;
    private readonly LoadReader _reader;
    private readonly int _port;
    private readonly int _inflatesEvery;
    private int _live;
    private int _opened;
    private long _keptAlive = Stopwatch.GetTimestamp();

    /// <summary>Makes one without clients.</summary>
    /// <param name="dialect">What they say.</param>
    /// <param name="port">The server's.</param>
    /// <param name="inflatesEvery">Of how many clients that are sent compressed messages one looks into them; the others only count, or the load would be slower than the servers.</param>
    public LoadGenerator(IDialect dialect, int port, int inflatesEvery = 100)
    {
        _inflatesEvery = inflatesEvery;
        _dialect = dialect;
        _port = port;
        _reader = new LoadReader(dialect, _tally);
    }

    /// <summary>Connects and subscribes clients, so many at a time.</summary>
    /// <param name="channels">Each client subscribes to one of them, in turn.</param>
    /// <param name="count">How many clients.</param>
    /// <param name="atOnce">How many may be on their way.</param>
    /// <param name="first">The number that each must receive first.</param>
    /// <param name="since">The offset they come back with; null for first visits.</param>
    public LoadConnected Connect(string[] channels, int count, int atOnce, long first, long? since)
    {
        _connecting.Clear();
        _tally.Start();
        var start = Stopwatch.GetTimestamp();
        var cpu = CpuClock.Nanoseconds(Environment.ProcessId);
        var goal = _live + count;
        var opened = 0;
        while (_live < goal)
        {
            for (; opened < count && opened - (count - (goal - _live)) < atOnce; opened++)
            {
                Open(channels[opened % channels.Length], first, since);
            }

            if (!ReadReady())
            {
                throw new TimeoutException($"{goal - _live} of {count} clients were not subscribed.");
            }
        }

        return new LoadConnected(
            Stopwatch.GetTimestamp() - start,
            _connecting.Percentile(0.5),
            _connecting.Percentile(0.99),
            _connecting.Max,
            CpuClock.Nanoseconds(Environment.ProcessId) - cpu);
    }

    /// <summary>Starts a measurement: forgets what was counted.</summary>
    public void Start() => _tally.Start();

    /// <summary>Receives until so many messages have come, or nothing comes any more; then a moment longer, for those too many.</summary>
    public LoadReceived Receive(long expected)
    {
        while (_tally.Deliveries < expected && ReadReady())
        {
        }

        var sum = _tally.Sum(expected);
        ReadReady(50);
        return _tally.Deliveries == sum.Deliveries ? sum : _tally.Sum(expected);
    }

    /// <summary>The first clients stop reading.</summary>
    public void Stall(int count)
    {
        foreach (var connection in _connections.Take(count))
        {
            _epoll.Forget(connection.Fd);
        }
    }

    /// <summary>Closes all, without a close frame: as when a page is gone.</summary>
    public void Close()
    {
        foreach (var connection in _connections)
        {
            TcpConnection.Close(connection.Fd);
        }

        _connections.Clear();
        _live = 0;
    }

    private void Open(string channel, long first, long? since)
    {
        var inflater = _dialect.Deflates && _opened % _inflatesEvery == 0 ? new MessageInflater() : null;
        var connection = new LoadConnection(TcpConnection.Open(_port, _opened++), channel, first, since) { Inflater = inflater };
        _epoll.Watch(connection.Fd, _connections.Count, Epoll.In);
        _connections.Add(connection);
        TcpConnection.Send(connection.Fd, Encoding.ASCII.GetBytes(
            $"GET {_dialect.Target(connection)} HTTP/1.1\r\nHost: 127.0.0.1:{_port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + (_dialect.Deflates ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "")
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"));
    }

    /// <summary>Reads what is ready; false when nothing was for all the patience.</summary>
    private bool ReadReady() => ReadReady((int)Patience.TotalMilliseconds);

    private bool ReadReady(int milliseconds)
    {
        if (Stopwatch.GetElapsedTime(_keptAlive) >= KeepAliveInterval)
        {
            KeepAlive();
        }

        var ready = _epoll.Wait(milliseconds);
        foreach (ref readonly var one in ready)
        {
            var connection = _connections[one.Id];
            var wasLive = connection.Stage == LoadStage.Live;
            _reader.Read(connection);
            if (!wasLive && connection.Stage == LoadStage.Live)
            {
                _live++;
                _connecting.Add(Stopwatch.GetTimestamp() - connection.Started);
            }
            else if (connection.Stage == LoadStage.Closed)
            {
                throw new InvalidDataException("The server closed a connection.");
            }
        }

        return ready.Length > 0;
    }

    private void KeepAlive()
    {
        _keptAlive = Stopwatch.GetTimestamp();
        if (_dialect.KeepAlive is not { } frame)
        {
            return;
        }

        foreach (var connection in _connections.Where(connection => connection.Stage == LoadStage.Live))
        {
            TcpConnection.Send(connection.Fd, frame);
        }
    }
}
