using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.EventStreams;

/// <summary>A client of a stream of events over a real <see cref="HttpClient"/>. It reads all the time, and keeps the last id.</summary>
internal sealed class StreamClient : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    private readonly HttpClient _http;
    private readonly HttpResponseMessage _response;
    private readonly Channel<(StreamBlock Block, string? LastId)> _blocks =
        System.Threading.Channels.Channel.CreateUnbounded<(StreamBlock, string?)>();

    private readonly CancellationTokenSource _vanishing = new();

    private StreamClient(HttpClient http, HttpResponseMessage response)
    {
        _http = http;
        _response = response;
        _ = ReadAsync();
    }

    /// <summary>The last id that came before what was read last: what a browser would send when it came back now.</summary>
    public string? LastId { get; private set; }

    public string ConnectionId { get; private set; } = "";

    public HttpResponseMessage Response => _response;

    /// <summary>Sends the request and gives the answer, whatever it is.</summary>
    public static Task<HttpResponseMessage> AskAsync(
        HttpClient http,
        Uri server,
        string pathAndQuery,
        string? token = null,
        string? lastId = null,
        Version? version = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server, pathAndQuery))
        {
            Version = version ?? HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        }

        if (lastId is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastId);
        }

        return http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Limit);
    }

    /// <summary>Opens a stream and reads the greeting.</summary>
    public static Task<StreamClient> OpenAsync(
        BroadcastApp app,
        string pathAndQuery,
        string? token = null,
        string? lastId = null,
        Version? version = null) => OpenAsync(new HttpClient(), app.Address, pathAndQuery, token, lastId, version);

    /// <summary>The same through a given client, which ends with it.</summary>
    public static async Task<StreamClient> OpenAsync(
        HttpClient http,
        Uri server,
        string pathAndQuery,
        string? token = null,
        string? lastId = null,
        Version? version = null)
    {
        var response = await AskAsync(http, server, pathAndQuery, token, lastId, version);
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        var client = new StreamClient(http, response);
        var greeting = await client.NextAsync("connected");
        client.ConnectionId = greeting.String("connection_id");
        return client;
    }

    /// <summary>The next block; null when the stream has ended as it should.</summary>
    public async Task<StreamBlock?> NextBlockAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            (var block, LastId) = await _blocks.Reader.ReadAsync(limit.Token);
            return block;
        }
        catch (ChannelClosedException closed) when (closed.InnerException is null)
        {
            return null;
        }
    }

    /// <summary>The next frame, whatever ids and comments come before it.</summary>
    public async Task<WireFrame> NextAsync()
    {
        while (true)
        {
            var block = await NextBlockAsync() ?? throw new InvalidOperationException("The stream has ended.");
            if (block.Data is not null)
            {
                block.Event.Should().BeNull();
                return new WireFrame(block.Data);
            }
        }
    }

    /// <summary>The next frame, which must be of this type.</summary>
    public async Task<WireFrame> NextAsync(string type)
    {
        var frame = await NextAsync();
        return frame.Type == type ? frame : throw new InvalidOperationException($"Not a frame \"{type}\": {frame}");
    }

    /// <summary>The next id.</summary>
    public async Task<string> NextIdAsync()
    {
        while (true)
        {
            var block = await NextBlockAsync() ?? throw new InvalidOperationException("The stream has ended.");
            if (block.Id is not null)
            {
                return block.Id;
            }
        }
    }

    /// <summary>The close block, and then the end; frames before it are skipped.</summary>
    public async Task<(int Code, string Reason)> ClosedAsync()
    {
        while (await NextBlockAsync() is { } block)
        {
            if (block.Event == "close")
            {
                (await NextBlockAsync()).Should().BeNull();
                var data = JsonDocument.Parse(block.Data!).RootElement; // a close has data
                return (data.GetProperty("code").GetInt32(), data.GetProperty("reason").GetString()!);
            }
        }

        throw new InvalidOperationException("The stream ended without a close.");
    }

    /// <summary>The client is gone, and says nothing.</summary>
    public void Vanish()
    {
        _vanishing.Cancel();
        _response.Dispose();
        _http.Dispose();
    }

    public void Dispose()
    {
        Vanish();
        _vanishing.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            using var reader = new StreamReader(await _response.Content.ReadAsStreamAsync());
            var lines = new List<string>();
            string? lastId = null;
            while (await reader.ReadLineAsync(_vanishing.Token) is { } line)
            {
                if (line.Length > 0)
                {
                    lines.Add(line);
                    continue;
                }

                var block = StreamBlock.Parse(lines);
                lastId = block.Id ?? lastId;
                _blocks.Writer.TryWrite((block, lastId));
                lines.Clear();
            }

            _blocks.Writer.TryComplete();
        }
        catch (Exception fault)
        {
            _blocks.Writer.TryComplete(fault);
        }
    }
}
