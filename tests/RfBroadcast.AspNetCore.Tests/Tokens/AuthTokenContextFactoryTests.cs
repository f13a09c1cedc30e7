using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace RfBroadcast.AspNetCore.Tests.Tokens;

public sealed class AuthTokenContextFactoryTests
{
    [Fact]
    public void Create_Handshake_CleansQueryAndRawTargetAndSetsTheHeader()
    {
        var context = Make(new Inner()).Create(Features("/ws", "?a=1&auth_token=t", "http://host/ws?a=1&auth_token=t"));

        context.Request.QueryString.Value.Should().Be("?a=1");
        context.Features.Get<IHttpRequestFeature>()!.RawTarget.Should().Be("http://host/ws?a=1");
        context.Request.Headers.Authorization.ToString().Should().Be("Bearer t");
    }

    [Fact]
    public void Create_EmptyToken_LeavesNoHeader() =>
        Make(new Inner()).Create(Features("/ws", "?auth_token=", "/ws?auth_token=")).Request.Headers.Authorization.Should().BeEmpty();

    [Fact]
    public void Dispose_Always_ReachesTheWrappedOne()
    {
        var inner = new Inner();
        var factory = Make(inner);
        var context = factory.Create(new FeatureCollection());

        factory.Dispose(context);

        inner.Disposed.Should().BeSameAs(context);
    }

    public static TheoryData<string, Action<IServiceCollection>> Registrations => new()
    {
        { "type", services => services.AddSingleton<IHttpContextFactory, Inner>() },
        { "instance", services => services.AddSingleton<IHttpContextFactory>(new Inner()) },
        { "factory", services => services.AddSingleton<IHttpContextFactory>(_ => new Inner()) },
    };

    [Theory]
    [MemberData(nameof(Registrations))]
    public void AddAuthToken_FactoryRegistered_WrapsItOnce(string what, Action<IServiceCollection> register)
    {
        var services = new ServiceCollection();
        register(services);
        TokenServices.AddAuthToken(services);
        TokenServices.AddAuthToken(services);

        var factory = services.BuildServiceProvider().GetRequiredService<IHttpContextFactory>();

        factory.Should().BeOfType<AuthTokenContextFactory>(what);
        factory.Create(new FeatureCollection()).TraceIdentifier.Should().Be("inner");
    }

    [Fact]
    public void AddAuthToken_BeforeTheHostAddsItsOwn_StandsInForIt()
    {
        var services = new ServiceCollection().AddOptions();
        TokenServices.AddAuthToken(services);

        using var provider = services.BuildServiceProvider();

        provider.GetRequiredService<IHttpContextFactory>().Create(new FeatureCollection()).Should().NotBeNull();
    }

    private static AuthTokenContextFactory Make(IHttpContextFactory inner)
    {
        var paths = new BroadcastPaths();
        paths.Add("/ws");
        return new AuthTokenContextFactory(inner, paths);
    }

    private static FeatureCollection Features(string path, string query, string rawTarget)
    {
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature { Path = path, QueryString = query, RawTarget = rawTarget });
        return features;
    }

    private sealed class Inner : IHttpContextFactory
    {
        public HttpContext? Disposed { get; private set; }

        public HttpContext Create(IFeatureCollection featureCollection) => new DefaultHttpContext(featureCollection) { TraceIdentifier = "inner" };

        public void Dispose(HttpContext httpContext) => Disposed = httpContext;
    }
}
