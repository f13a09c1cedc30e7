using System.Text.Json;

namespace RfBroadcast.AspNetCore;

/// <summary>Whether a connection may subscribe to a channel, and as whom.</summary>
/// <param name="IsGranted">Whether it may.</param>
/// <param name="ErrorCode">When not: one of <see cref="AspNetCore.ErrorCode"/>, forbidden, unauthenticated or internal.</param>
/// <param name="Message">When not: why, for the client.</param>
/// <param name="UserId">Who the connection is on the channel; never null on a granted presence channel.</param>
/// <param name="UserInfo">On a presence channel, what other members are shown.</param>
/// <param name="ExpiresAt">When the grant ends; null for never.</param>
internal readonly record struct ChannelDecision(
    bool IsGranted,
    string? ErrorCode,
    string? Message,
    string? UserId,
    JsonElement? UserInfo,
    DateTimeOffset? ExpiresAt)
{
    public static ChannelDecision Grant(string? userId, JsonElement? userInfo = null, DateTimeOffset? expiresAt = null) =>
        new(IsGranted: true, ErrorCode: null, Message: null, userId, userInfo, expiresAt);

    public static ChannelDecision Deny(string errorCode, string message) =>
        new(IsGranted: false, errorCode, message, UserId: null, UserInfo: null, ExpiresAt: null);
}
