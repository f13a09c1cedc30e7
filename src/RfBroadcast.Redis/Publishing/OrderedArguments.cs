using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>The keys and values of a call of <c>publish.lua</c>.</summary>
internal readonly record struct OrderedArguments(RedisKey[] Keys, RedisValue[] Values, bool HasKeys);
