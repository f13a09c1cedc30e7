namespace RfBroadcast.EchoHost;

/// <summary>
/// <c>--urls http://127.0.0.1:9001</c> says where to listen, <c>--Broadcasting:WebSockets:SocketPath Off</c> by which way to
/// answer, and <c>--Broadcasting:WebSockets:Compression:Enabled false</c> whether compression is negotiated; by default it is.
/// </summary>
internal static class Program
{
    private static Task Main(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        EchoEndpoint.Add(builder);
        var app = builder.Build();
        EchoEndpoint.Map(app);
        return app.RunAsync();
    }
}
