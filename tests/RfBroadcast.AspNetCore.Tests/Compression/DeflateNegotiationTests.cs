using Microsoft.Extensions.Primitives;

namespace RfBroadcast.AspNetCore.Tests.Compression;

/// <summary>Which offers of permessage-deflate are accepted (RFC 7692, sections 5.1 and 7), and with what answer.</summary>
public sealed class DeflateNegotiationTests
{
    private const string Plain = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    private const string WithWindow = Plain + "; server_max_window_bits=15";

    [Theory]
    [InlineData("permessage-deflate")]
    [InlineData("permessage-deflate; client_max_window_bits")] // what browsers offer
    [InlineData("permessage-deflate; client_max_window_bits=15")]
    [InlineData("permessage-deflate; client_max_window_bits=\"15\"")]
    [InlineData("permessage-deflate; client_max_window_bits=\"\\15\"")]
    [InlineData("permessage-deflate; server_no_context_takeover")]
    [InlineData("permessage-deflate; client_no_context_takeover; server_no_context_takeover; client_max_window_bits")]
    [InlineData("permessage-deflate;client_no_context_takeover")]
    [InlineData("\tpermessage-deflate ;\tclient_max_window_bits = 15 ")]
    public void Answer_AcceptableOffer_IsAcceptedWithoutContextTakeover(string offer) =>
        DeflateNegotiation.Answer(offer).Should().Be(Plain);

    [Theory]
    [InlineData("permessage-deflate; server_max_window_bits=15")]
    [InlineData("permessage-deflate; server_max_window_bits=\"15\"")]
    [InlineData("permessage-deflate; client_max_window_bits; server_max_window_bits=15; server_no_context_takeover")]
    public void Answer_FullServerWindow_IsConfirmed(string offer) =>
        DeflateNegotiation.Answer(offer).Should().Be(WithWindow, "a server accepts that parameter only by repeating it");

    [Theory]
    [InlineData("server_max_window_bits=14")]
    [InlineData("server_max_window_bits=8")]
    [InlineData("client_max_window_bits=14")]
    [InlineData("client_max_window_bits=8")]
    public void Answer_SmallerWindow_IsDeclined(string parameter) =>
        DeflateNegotiation.Answer("permessage-deflate; " + parameter).Should().BeNull();

    [Theory]
    [InlineData("server_max_window_bits")] // has a value
    [InlineData("server_max_window_bits=16")]
    [InlineData("server_max_window_bits=7")]
    [InlineData("server_max_window_bits=015")]
    [InlineData("server_max_window_bits=+15")]
    [InlineData("server_max_window_bits=15.0")]
    [InlineData("server_max_window_bits=x")]
    [InlineData("client_max_window_bits=16")]
    [InlineData("client_max_window_bits=0")]
    [InlineData("client_max_window_bits=015")]
    [InlineData("server_no_context_takeover=1")] // has none
    [InlineData("server_no_context_takeover=true")]
    [InlineData("client_no_context_takeover=\"1\"")]
    public void Answer_InvalidValue_IsDeclined(string parameter) =>
        DeflateNegotiation.Answer("permessage-deflate; " + parameter).Should().BeNull();

    [Theory]
    [InlineData("server_no_context_takeover; server_no_context_takeover")]
    [InlineData("client_no_context_takeover; client_max_window_bits; client_no_context_takeover")]
    [InlineData("client_max_window_bits; client_max_window_bits=15")]
    [InlineData("server_max_window_bits=15; server_max_window_bits=15")]
    public void Answer_ParameterTwice_IsDeclined(string parameters) =>
        DeflateNegotiation.Answer("permessage-deflate; " + parameters).Should().BeNull();

    [Theory]
    [InlineData("permessage-deflate; max_window_bits")]
    [InlineData("permessage-deflate; Client_Max_Window_Bits")]
    [InlineData("permessage-deflate; client_no_context_takeover; x=1")]
    [InlineData("permessage-bzip2")]
    [InlineData("x-webkit-deflate-frame")]
    [InlineData("permessage-deflate2")]
    [InlineData("x-permessage-deflate")]
    public void Answer_Unknown_IsDeclined(string offer) => DeflateNegotiation.Answer(offer).Should().BeNull();

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(",")]
    [InlineData(";")]
    [InlineData("=")]
    [InlineData("permessage-deflate;")]
    [InlineData("permessage-deflate; ;client_max_window_bits")]
    [InlineData("permessage-deflate; =15")]
    [InlineData("permessage-deflate; client_max_window_bits=")]
    [InlineData("permessage-deflate; client_max_window_bits=\"\"")]
    [InlineData("permessage-deflate; client_max_window_bits=\"15")]
    [InlineData("permessage-deflate; client_max_window_bits=15\"")]
    [InlineData("permessage-deflate; client_max_window_bits=\"15\\")]
    [InlineData("permessage-deflate; client_max_window_bits=\"15\"5")]
    [InlineData("permessage-deflate; client_max_window_bits=\"1 5\"")]
    [InlineData("permessage-deflate; client_max_window_bits=1 5")]
    [InlineData("permessage-deflate; client_max_window_bits==15")]
    [InlineData("permessage-deflate; client max window bits")]
    [InlineData("permessage-deflate client_max_window_bits")]
    [InlineData("permessage-deflate=1")]
    [InlineData("\"permessage-deflate\"")]
    [InlineData("permessage-deflate; \u00e9")]
    public void Answer_Malformed_IsDeclined(string offer) => DeflateNegotiation.Answer(offer).Should().BeNull();

    [Theory]
    [InlineData("permessage-deflate; server_max_window_bits=10, permessage-deflate", Plain)]
    [InlineData("permessage-deflate; server_max_window_bits=10; client_max_window_bits, permessage-deflate; client_max_window_bits", Plain)]
    [InlineData("permessage-deflate; server_max_window_bits=15, permessage-deflate", WithWindow)]
    [InlineData("permessage-deflate, permessage-deflate; server_max_window_bits=15", Plain)]
    [InlineData("x-first; a=\"1, permessage-deflate; b\", permessage-deflate; server_max_window_bits=15", WithWindow)]
    [InlineData("x-first; a=\"\\\", y\", permessage-deflate", Plain)]
    [InlineData("permessage-deflate; , permessage-deflate", Plain)]
    [InlineData(",, permessage-deflate ,", Plain)]
    public void Answer_SeveralOffers_TakesTheFirstAcceptable(string offers, string answer) =>
        DeflateNegotiation.Answer(offers).Should().Be(answer);

    [Fact]
    public void Answer_SeveralHeaderLines_AreOneList() =>
        DeflateNegotiation.Answer(new StringValues(["x-first", null, "permessage-deflate; server_max_window_bits=9", "permessage-deflate"])).Should().Be(Plain);

    [Fact]
    public void Answer_QuotesThatDoNotEnd_HideWhatFollows() =>
        DeflateNegotiation.Answer("x-first; a=\"1, permessage-deflate").Should().BeNull();

    [Fact]
    public void Answer_NoHeader_IsNone() => DeflateNegotiation.Answer(StringValues.Empty).Should().BeNull();
}
