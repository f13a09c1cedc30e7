using System.ComponentModel;
using ScaleOut;

// --redis host:port uses a Redis that is there; --port sets the first node's port, and 0 takes any free ones.
var settings = new ConfigurationBuilder().AddCommandLine(args).Build();
var port = settings.GetValue("port", 5101);

using var ownRedis = settings["redis"] is null ? TryStartRedis() : null;
if ((settings["redis"] ?? ownRedis?.EndPoint) is not { } redis)
{
    return 1;
}

// Two apps that share nothing but Redis. They are in one process for the sake of one command: on two machines they are the same.
await using var a = Node.Build("A", redis, port);
await using var b = Node.Build("B", redis, port == 0 ? 0 : port + 1);
await a.StartAsync();
await b.StartAsync();

Console.WriteLine($"""
    Redis at {redis}{(ownRedis is null ? "" : ", started for this run")}.

      Node A: {a.Urls.First()}
      Node B: {b.Urls.First()}

    Open both, write in one, see it in the other. Ctrl+C ends it all.
    """);

// Ctrl+C stops each of them, and only then the Redis they say goodbye to.
await Task.WhenAll(a.WaitForShutdownAsync(), b.WaitForShutdownAsync());
return 0;

static PrivateRedis? TryStartRedis()
{
    try
    {
        return PrivateRedis.Start();
    }
    catch (Exception fault) when (fault is Win32Exception or InvalidOperationException)
    {
        Console.Error.WriteLine($"""
            redis-server could not be started: {fault.Message}

            Install it (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis), or use a Redis that is there:
              docker run --rm -p 6379:6379 redis
              dotnet run --project samples/ScaleOut -- --redis localhost:6379
            """);
        return null;
    }
}
