namespace RfBroadcast.Benchmarks;

/// <summary>What belongs to each kind of server.</summary>
internal static class ServerKinds
{
    public static IBenchmarkServer Create(ServerKind kind, string? redis = null) => kind switch
    {
        ServerKind.RfBroadcast => new RfBroadcastServer(),
        ServerKind.SignalR => new SignalRServer(),
        ServerKind.RfBroadcastDeflate => new RfBroadcastServer(deflates: true),
        ServerKind.WebSocketDeflate => new WebSocketDeflateServer(),
        ServerKind.Redis => new RfBroadcastServer(redis: redis),
        ServerKind.RedisClient => new RedisClientServer(redis!), // the driver names it
        _ => new LimitServer(),
    };

    public static IDialect DialectOf(ServerKind kind) => kind switch
    {
        ServerKind.RfBroadcast or ServerKind.Redis => new NativeDialect(),
        ServerKind.SignalR => new SignalRDialect(),
        ServerKind.RfBroadcastDeflate => new NativeDialect(deflates: true),
        ServerKind.WebSocketDeflate => new LimitDialect(deflates: true),
        _ => new LimitDialect(),
    };
}
