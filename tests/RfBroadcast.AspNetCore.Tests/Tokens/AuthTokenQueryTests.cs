namespace RfBroadcast.AspNetCore.Tests.Tokens;

public sealed class AuthTokenQueryTests
{
    [Theory]
    [InlineData("?auth_token=t", "", "t")]
    [InlineData("?auth_token=t&a=1", "?a=1", "t")]
    [InlineData("?a=1&auth_token=t&b=%202", "?a=1&b=%202", "t")]
    [InlineData("?Auth_Token=t&AUTH_TOKEN=u", "", "t")]
    [InlineData("?auth_token&auth_token=&auth_token=u", "", "u")]
    [InlineData("?auth_token=a%2Fb%3D%3D", "", "a/b==")]
    [InlineData("?auth_token=a==", "", "a==")]
    [InlineData("?%61uth_token=t", "", "t")]
    [InlineData("?auth_token=", "", null)]
    [InlineData("?auth_token=+", "", null)]
    public void TryRemove_TokenThere_TakesEveryOneOut(string query, string rest, string? token)
    {
        AuthTokenQuery.TryRemove(query, out var left, out var found).Should().BeTrue();

        left.Should().Be(rest);
        found.Should().Be(token);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?")]
    [InlineData("?a=auth_token")]
    [InlineData("?my_auth_token=t")]
    [InlineData("?auth_tokens=t&auth=_token")]
    [InlineData("?&&=&a")]
    public void TryRemove_NoToken_IsFalse(string query) => AuthTokenQuery.TryRemove(query, out _, out _).Should().BeFalse();
}
