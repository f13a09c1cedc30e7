using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RfBroadcast.AspNetCore.Tests.Support;
using RfBroadcast.AspNetCore.Tests.Tokens;
using RfBroadcast.TestSupport;

namespace RfBroadcast.AspNetCore.Tests.Client;

public sealed class MapBroadcastClientTests : IAsyncLifetime
{
    private LiveApp _app = null!; // set before each test

    public async Task InitializeAsync() => _app = await LiveApp.StartAsync(
        _ => { },
        app => app.MapBroadcastClient("/lib/rf-broadcast.js").WithName("client"));

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task Get_Module_IsTheSource()
    {
        using var response = await _app.Client.GetAsync("/lib/rf-broadcast.js");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.ToString().Should().Be("text/javascript; charset=utf-8");
        response.Headers.CacheControl!.ToString().Should().Be("no-cache");
        response.Headers.ETag!.IsWeak.Should().BeFalse();
        (await response.Content.ReadAsStringAsync()).Should().Be(Source("rf-broadcast.js"));
    }

    [Fact]
    public async Task Get_Script_WrapsTheSourceAndLeavesEcho()
    {
        var script = await _app.Client.GetStringAsync("/lib/rf-broadcast.global.js");

        script.Should().StartWith("(() => {\n" + Source("rf-broadcast.js")[..200]).And.EndWith("\nglobalThis.Echo = Echo;\n})();\n");
        script.Should().NotContain("--- exports ---").And.NotMatchRegex("(?m)^export ");
    }

    [Fact]
    public async Task Get_Types_AreTheFile()
    {
        using var response = await _app.Client.GetAsync("/lib/rf-broadcast.d.ts");

        response.Content.Headers.ContentType!.MediaType.Should().Be("application/typescript");
        (await response.Content.ReadAsStringAsync()).Should().Be(Source("rf-broadcast.d.ts"));
    }

    [Theory]
    [InlineData("/lib/rf-broadcast.js")]
    [InlineData("/lib/rf-broadcast.global.js")]
    [InlineData("/lib/rf-broadcast.d.ts")]
    public async Task Get_WithTheTag_Is304(string path)
    {
        using var first = await _app.Client.GetAsync(path);
        using var again = await SendAsync(HttpMethod.Get, path, first.Headers.ETag);
        using var other = await SendAsync(HttpMethod.Get, path, new EntityTagHeaderValue("\"old\""));

        again.StatusCode.Should().Be(HttpStatusCode.NotModified);
        again.Headers.ETag.Should().Be(first.Headers.ETag);
        again.Headers.CacheControl!.NoCache.Should().BeTrue();
        other.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Head_Module_HasLengthAndNoBody()
    {
        using var response = await SendAsync(HttpMethod.Head, "/lib/rf-broadcast.js", tag: null);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Content.Headers.ContentLength.Should().BePositive();
        (await response.Content.ReadAsByteArrayAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Tags_OfTheThree_Differ()
    {
        var tags = new List<string>();
        foreach (var extension in new[] { "js", "global.js", "d.ts" })
        {
            using var response = await _app.Client.GetAsync("/lib/rf-broadcast." + extension);
            tags.Add(response.Headers.ETag!.Tag);
        }

        tags.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void WithName_OnAllThree_IsTheModules() =>
        _app.Services.GetRequiredService<LinkGenerator>().GetPathByName("client").Should().Be("/lib/rf-broadcast.js");

    [Theory]
    [InlineData("/rf-broadcast.js")]
    [InlineData("/rf-broadcast.global.js")]
    [InlineData("/rf-broadcast.d.ts")]
    public async Task Conventions_HoldForAllThree(string path)
    {
        await using var app = await LiveApp.StartAsync(
            services => TokenScheme.Add(services),
            app => app.MapBroadcastClient().RequireAuthorization());

        using var response = await app.Client.GetAsync(path);

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("/client")]
    [InlineData("/client.mjs")]
    public async Task Map_PathWithoutJs_SaysHow(string path)
    {
        await using var app = WebApplication.CreateBuilder().Build();

        app.Invoking(it => it.MapBroadcastClient(path)).Should().Throw<ArgumentException>().WithMessage("*\".js\"*" + path + "*");
    }

    private static string Source(string file) =>
        File.ReadAllText(Repository.PathOf("src", "RfBroadcast.AspNetCore", "Client", file));

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, EntityTagHeaderValue? tag)
    {
        using var request = new HttpRequestMessage(method, path);
        if (tag is not null)
        {
            request.Headers.IfNoneMatch.Add(tag);
        }

        return await _app.Client.SendAsync(request);
    }
}
