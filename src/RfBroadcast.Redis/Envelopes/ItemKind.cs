namespace RfBroadcast.Redis;

/// <summary>What an item of an envelope is. The numbers travel.</summary>
internal enum ItemKind : byte
{
    /// <summary>A message that the history keeps: it has the next offset.</summary>
    Kept = 1,

    /// <summary>A message that is not kept.</summary>
    Passing = 2,

    /// <summary>A member's first connection joined.</summary>
    Joined = 3,

    /// <summary>A member's last connection left.</summary>
    Left = 4,

    /// <summary>What is shown of a member changed; clients are not told.</summary>
    Info = 5,
}
