namespace RfBroadcast.Redis;

/// <summary>A user whose last connection has closed and who is waited for by this node.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="UserId">The user.</param>
/// <param name="Node">The id under which this node waits.</param>
/// <param name="Number">Which absence it is, so that the end of an earlier one does not end a later one.</param>
/// <param name="Note">The channel's note of that node, held.</param>
internal sealed record Absence(Channel Channel, string UserId, string Node, long Number, ChannelNote Note);
