using System.Text.Json;

namespace RfBroadcast;

/// <summary>A user present on a presence channel, however many connections the user has. Immutable.</summary>
/// <param name="UserId">The user's id.</param>
/// <param name="UserInfo">What the app shows of the user to the others, or null.</param>
/// <param name="JoinedAt">When the first of the user's connections joined.</param>
public sealed record PresenceMember(string UserId, JsonElement? UserInfo, DateTimeOffset JoinedAt);
