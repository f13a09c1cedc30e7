namespace RfBroadcast.Redis;

/// <summary>What <c>read.lua</c> gave.</summary>
/// <param name="Tops">Where the channel stood.</param>
/// <param name="Failure">Why the messages asked for are not there.</param>
/// <param name="Messages">The messages, oldest first.</param>
internal sealed record ChannelReading(ChannelTops Tops, RecoveryFailure Failure, List<BroadcastMessage> Messages);
