using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Browser;

/// <summary>samples/Chat as a process of its own, with its own place for keys, so that it can be killed and started again.</summary>
internal sealed class ChatServer : IAsyncDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("chat-home-");
    private readonly ServerProcess _process;

    private ChatServer() => _process = new ServerProcess(typeof(Chat.Guest).Assembly.Location, start =>
    {
        start.WorkingDirectory = Repository.PathOf("samples", "Chat"); // there is its wwwroot
        start.Environment["HOME"] = _home.FullName;
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
    });

    /// <summary>Where it listens: the same after a restart.</summary>
    public string Address => _process.Address.GetLeftPart(UriPartial.Authority);

    public string Output => _process.Output;

    public static async Task<ChatServer> StartAsync()
    {
        var server = new ChatServer();
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts it on the address it had, or the first time on a free port.</summary>
    public Task StartAgainAsync(params string[] settings) => _process.StartAsync(settings);

    /// <summary>Ends the process as a crash would.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>What a container does on a restart: the keys of the cookies are gone.</summary>
    public void LoseKeys()
    {
        foreach (var entry in _home.EnumerateDirectories())
        {
            entry.Delete(recursive: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _home.Delete(recursive: true);
    }
}
