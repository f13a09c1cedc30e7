namespace RfBroadcast;

/// <summary>Whether a parameter may have this value.</summary>
internal delegate bool SegmentConstraint(ReadOnlySpan<char> value);
