using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RfBroadcast.Redis.Tests.Support;

/// <summary>A server on the loopback that reads commands of the Redis protocol and answers what a test says.</summary>
internal sealed class ScriptedRedis : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, port: 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<string[], string> _answer;
    private readonly Lock _gate = new();
    private readonly List<StreamWriter> _subscribers = [];
    private readonly List<string> _commands = [];
    private readonly Task _accepting;

    /// <summary>Starts it.</summary>
    /// <param name="answer">Gives the reply to a command, as it goes over the wire but for its last line break.</param>
    public ScriptedRedis(Func<string[], string> answer)
    {
        _answer = answer;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string EndPoint => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>How many have subscribed.</summary>
    public int SubscriberCount
    {
        get
        {
            lock (_gate)
            {
                return _subscribers.Count;
            }
        }
    }

    /// <summary>What it was asked, in order.</summary>
    public IReadOnlyList<string> Commands
    {
        get
        {
            lock (_gate)
            {
                return [.. _commands];
            }
        }
    }

    /// <summary>An array of texts.</summary>
    public static string List(params string[] texts) =>
        string.Create(CultureInfo.InvariantCulture, $"*{texts.Length}\r\n") + string.Join("\r\n", texts.Select(text => string.Create(CultureInfo.InvariantCulture, $"${text.Length}\r\n{text}")));

    /// <summary>Publishes to who has subscribed.</summary>
    public async Task PushAsync(string topic, string message)
    {
        StreamWriter[] subscribers;
        lock (_gate)
        {
            subscribers = [.. _subscribers];
        }

        foreach (var subscriber in subscribers)
        {
            await subscriber.WriteAsync(List("message", topic, message) + "\r\n");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
            }
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            using var reader = new StreamReader(client.GetStream(), Encoding.Latin1); // a character a byte: some arguments are no text
            var writer = new StreamWriter(client.GetStream()) { AutoFlush = true };
            while (await reader.ReadLineAsync(_stopping.Token) is { } head)
            {
                var command = new string[int.Parse(head[1..], CultureInfo.InvariantCulture)];
                for (var i = 0; i < command.Length; i++)
                {
                    command[i] = await ReadArgumentAsync(reader);
                }

                lock (_gate)
                {
                    _commands.Add(string.Join(' ', command));
                    if (command[0] == "SUBSCRIBE")
                    {
                        _subscribers.Add(writer);
                    }
                }

                await writer.WriteAsync(_answer(command) + "\r\n");
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // The client has gone, or this ends.
        }
    }

    private async Task<string> ReadArgumentAsync(StreamReader reader)
    {
        var length = await reader.ReadLineAsync(_stopping.Token) ?? throw new EndOfStreamException();
        var argument = new char[int.Parse(length[1..], CultureInfo.InvariantCulture) + 2]; // with the end of the line
        if (await reader.ReadBlockAsync(argument, _stopping.Token) < argument.Length)
        {
            throw new EndOfStreamException();
        }

        return new string(argument, 0, argument.Length - 2);
    }
}
