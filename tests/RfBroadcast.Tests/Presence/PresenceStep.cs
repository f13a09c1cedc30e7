namespace RfBroadcast.Tests;

internal enum PresenceAction
{
    /// <summary>A tab joins a channel, and connects first where it must; a tab that is there asks again.</summary>
    Join,

    /// <summary>What a tab asks from now on takes until it is released.</summary>
    Hold,
    Release,
    Leave,
    Revoke,
    Expire,

    /// <summary>The tab's connection closes.</summary>
    Close,

    /// <summary>The app closes it.</summary>
    Disconnect,

    /// <summary>It closes, and the tab is back on its channels within the grace.</summary>
    Reload,
    Wait,
}

/// <summary>One step of a presence model: what happens to which tab, on which channel, for how long.</summary>
internal sealed record PresenceStep(PresenceAction Action, int Tab, int Channel, int Tenths);
