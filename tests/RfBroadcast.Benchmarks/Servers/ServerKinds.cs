namespace RfBroadcast.Benchmarks;

/// <summary>What belongs to each kind of server.</summary>
internal static class ServerKinds
{
    public static IBenchmarkServer Create(ServerKind kind) => kind switch
    {
        ServerKind.RfBroadcast => new RfBroadcastServer(),
        ServerKind.SignalR => new SignalRServer(),
        _ => new LimitServer(),
    };

    public static IDialect DialectOf(ServerKind kind) => kind switch
    {
        ServerKind.RfBroadcast => new NativeDialect(),
        ServerKind.SignalR => new SignalRDialect(),
        _ => new LimitDialect(),
    };
}
