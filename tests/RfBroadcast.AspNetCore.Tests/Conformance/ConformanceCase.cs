using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Conformance;

/// <summary>What a client sends, and what the server must answer.</summary>
/// <param name="Name">What it checks.</param>
/// <param name="Sends">The bytes after the handshake.</param>
/// <param name="Answers">
/// The server's frames, as <see cref="Answer"/> writes them. When the last one is a close, the server then ends the
/// connection; else the connection lives on.
/// </param>
internal sealed record ConformanceCase(string Name, byte[] Sends, params string[] Answers)
{
    /// <summary>Whether the client has said goodbye, and will not answer a close.</summary>
    public bool ClientCloses { get; init; }

    /// <summary>Whether it ends inside a frame, so that no goodbye can follow.</summary>
    public bool IsCutShort { get; init; }

    /// <summary>What a server answers whose frames are read by another WebSocket than ours; null means the same.</summary>
    public string[]? AnswersOfForeignSocket { get; init; }

    /// <summary>Whether a server whose frames are read by another WebSocket than ours cannot tell yet.</summary>
    public bool NeedsFrames { get; init; }

    public string[] AnswersBy(WayOut way) => way == WayOut.WebSocket && AnswersOfForeignSocket is { } others ? others : Answers;

    /// <summary>In pieces of how many bytes to send it, each in its turn.</summary>
    public int[] Pieces(WayOut way) => way == WayOut.WebSocket && AnswersBy(way) is [.., var last] && last.StartsWith("close", StringComparison.Ordinal)
        ? [int.MaxValue] // such a server ends at once: what is still being sent would make that a reset
        : [int.MaxValue, Sends.Length switch { < 1000 => 1, < 100_000 => 997, _ => 99_991 }];

    public override string ToString() => Name;

    /// <summary>The names of some cases, each with the ways that it can be played on.</summary>
    public static TheoryData<WayOut, string> Names(IEnumerable<WayOut> ways, IEnumerable<ConformanceCase> cases)
    {
        var data = new TheoryData<WayOut, string>();
        foreach (var way in ways)
        {
            foreach (var one in cases.Where(one => way != WayOut.WebSocket || !one.NeedsFrames))
            {
                data.Add(way, one.Name);
            }
        }

        return data;
    }
}
