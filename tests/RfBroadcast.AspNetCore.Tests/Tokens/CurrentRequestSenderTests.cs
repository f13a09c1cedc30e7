using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace RfBroadcast.AspNetCore.Tests.Tokens;

public sealed class CurrentRequestSenderTests
{
    [Theory]
    [InlineData("1834.22917", "1834.22917")]
    [InlineData("0.0", "0.0")]
    [InlineData("1834", null)]
    [InlineData("1834.", null)]
    [InlineData(".22917", null)]
    [InlineData("1.2.3", null)]
    [InlineData("-1.2", null)]
    [InlineData("1.2\n", null)]
    [InlineData("١.٢", null)]
    [InlineData("", null)]
    [InlineData("undefined", null)]
    public void ConnectionId_OfTheHeader_IsOneOrNothing(string header, string? expected) => Ask(header).Should().Be(expected);

    [Fact]
    public void ConnectionId_LongerThan64_IsNothing()
    {
        Ask(new string('1', 62) + ".1").Should().NotBeNull();
        Ask(new string('1', 63) + ".1").Should().BeNull();
    }

    [Fact]
    public void ConnectionId_HeaderTwice_IsNothing() => Ask(new StringValues(["1.2", "3.4"])).Should().BeNull();

    [Fact]
    public void ConnectionId_OutsideARequest_IsNothing() =>
        new CurrentRequestSender(new HttpContextAccessor { HttpContext = null }).ConnectionId.Should().BeNull();

    [Fact]
    public void AddCurrentSender_SenderOfTheApp_Stays()
    {
        var services = new ServiceCollection();
        services.AddSingleton<ICurrentSender>(new Fixed());
        TokenServices.AddCurrentSender(services);

        services.BuildServiceProvider().GetRequiredService<ICurrentSender>().Should().BeOfType<Fixed>();
    }

    private static string? Ask(StringValues header)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers["X-Socket-ID"] = header;
        return new CurrentRequestSender(new HttpContextAccessor { HttpContext = context }).ConnectionId;
    }

    private sealed class Fixed : ICurrentSender
    {
        public string? ConnectionId => "1.1";
    }
}
