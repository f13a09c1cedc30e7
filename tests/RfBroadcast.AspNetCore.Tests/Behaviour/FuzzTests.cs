using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RfBroadcast.AspNetCore.Tests.Support;
using Xunit.Abstractions;

namespace RfBroadcast.AspNetCore.Tests.Behaviour;

/// <summary>
/// Clients that send anything and go in any way: the process lives on, another client gets all its messages in order meanwhile,
/// and nothing is left. See <see cref="ModelRun"/> for the seed.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class FuzzTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly string[] Types =
        ["connected", "subscribed", "unsubscribed", "event", "member_joined", "member_left", "gap", "pong", "ack", "error"];

    private readonly List<Exception> _unobserved = [];
    private BroadcastApp _app = null!; // until InitializeAsync
    private WireClient _witness = null!; // until InitializeAsync
    private int _timers;
    private int _published;

    public async Task InitializeAsync()
    {
        CollectUnobserved(); // those of other tests
        TaskScheduler.UnobservedTaskException += NoteUnobserved;
        _app = await BroadcastApp.StartAsync(new BroadcastAppSetup
        {
            Broadcasting = options =>
            {
                options.PresenceGrace = TimeSpan.FromMilliseconds(200);
                options.Channels.For("kept.{id}", channel => channel.KeepHistory(10, TimeSpan.FromMinutes(1)));
                options.Channels.For("room.{id}", channel => channel.ClientEvents = true);
            },
            Map = map => map.MapBroadcastChannel("room.{id}", () => true),
        });
        await _app.Broadcaster.To("kept.1").Event("tick").With(1).SendAsync();
        _timers = _app.Services.GetRequiredService<TimerWheel>().Count;
        _witness = await _app.ConnectAsync();
        await _witness.SubscribeAsync("news");
    }

    /// <summary>Also fails when the end point logged an error.</summary>
    public async Task DisposeAsync()
    {
        TaskScheduler.UnobservedTaskException -= NoteUnobserved;
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Bytes_BeforeTheHandshake_HarmNobody()
    {
        await ModelRun.CheckAsync(output, Arb.From(FuzzCases.BeforeTheHandshake()), runs: 300, async one =>
        {
            using var tcp = new TcpClient { NoDelay = true };
            await tcp.ConnectAsync(_app.Address.Host, _app.Address.Port);
            var stream = tcp.GetStream();
            await SendAsync(one, bytes => stream.WriteAsync(bytes).AsTask().InTimeAsync());
            await PublishAsync();
            await EndAsync(one.End, tcp, stream);
        });
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Bytes_AfterTheHandshake_HarmNobody()
    {
        await ModelRun.CheckAsync(output, Arb.From(FuzzCases.AfterTheHandshake()), runs: 300, async one =>
        {
            using var client = await RawClient.ConnectAsync(_app.Address, "/ws?channel=news", TestTokens.Of("7"));
            client.Answer.Should().StartWith("HTTP/1.1 101");
            await SendAsync(one, client.SendAsync);
            await PublishAsync();
            await EndAsync(one.End, client);
        });
        await NothingIsLeftAsync();
    }

    private static async Task SendAsync(FuzzCase one, Func<byte[], Task> send)
    {
        try
        {
            foreach (var piece in one.Pieces)
            {
                await send(piece);
            }
        }
        catch (IOException)
        {
            // The server has closed already.
        }
    }

    private static async Task EndAsync(FuzzEnd end, TcpClient tcp, NetworkStream stream)
    {
        switch (end)
        {
            case FuzzEnd.Reset:
                tcp.Client.LingerState = new LingerOption(enable: true, seconds: 0);
                break;
            case FuzzEnd.HalfClose or FuzzEnd.CloseFrame:
                using (var answer = new MemoryStream())
                {
                    try
                    {
                        tcp.Client.Shutdown(SocketShutdown.Send);
                        await stream.CopyToAsync(answer).InTimeAsync();
                    }
                    catch (Exception fault) when (fault is IOException or SocketException)
                    {
                        // The server has closed already.
                    }

                    Encoding.ASCII.GetString(answer.ToArray()).Should().NotStartWith("HTTP/1.1 500");
                }

                break;
        }
    }

    private static async Task EndAsync(FuzzEnd end, RawClient client)
    {
        switch (end)
        {
            case FuzzEnd.Reset:
                client.Reset();
                return;
            case FuzzEnd.Vanish:
                return;
            case FuzzEnd.CloseFrame:
                await SendAsync(new FuzzCase([RawClient.Frame(0x88, [0x03, 0xE8])], end), client.SendAsync);
                break;
        }

        try
        {
            client.EndSending();
        }
        catch (SocketException)
        {
            // The server has closed already.
        }

        while (await client.ReadAsync() is { } frame)
        {
            Check(frame);
        }
    }

    private static void Check(RawFrame frame)
    {
        switch (frame.FirstByte)
        {
            case 0x81:
                using (var json = JsonDocument.Parse(frame.Payload))
                {
                    json.RootElement.GetProperty("type").GetString().Should().BeOneOf(Types);
                }

                break;
            case 0x88:
                frame.CloseCode.Should().BeInRange(1000, 4999).And.NotBe(1011, "the server never fails");
                break;
            default:
                frame.FirstByte.Should().BeOneOf([0x89, 0x8A], "every other frame is a ping or a pong");
                break;
        }
    }

    private static void CollectUnobserved()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private void NoteUnobserved(object? sender, UnobservedTaskExceptionEventArgs unobserved)
    {
        lock (_unobserved)
        {
            _unobserved.Add(unobserved.Exception);
        }
    }

    private Task PublishAsync() => _app.PublishAsync("news", ++_published, _published);

    private async Task NothingIsLeftAsync()
    {
        (await _witness.NumbersAsync(_published)).Should().Equal(Enumerable.Range(1, _published), "whatever others send");
        await _witness.ExpectQuietAsync();
        _witness.Dispose();
        await _app.EmptyAsync();
        var wheel = _app.Services.GetRequiredService<TimerWheel>();
        var presence = (MemoryBroadcaster)_app.Broadcaster;
        await Wait.UntilAsync(() => wheel.Count == _timers && presence.Presence.ChannelCount == 0, "no timer runs and nobody is present");
        CollectUnobserved();
        lock (_unobserved)
        {
            _unobserved.Should().BeEmpty();
        }
    }
}
