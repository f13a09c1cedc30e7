namespace RfBroadcast.AspNetCore.Tests.EventStreams;

/// <summary>One block of a stream, as far as it has lines of each kind; a comment is a block of its own.</summary>
internal sealed record StreamBlock(string? Event, string? Data, string? Id, string? Comment)
{
    /// <summary>Takes the lines before an empty one apart (WHATWG HTML, section 9.2.6).</summary>
    public static StreamBlock Parse(IEnumerable<string> lines)
    {
        var block = new StreamBlock(null, null, null, null);
        foreach (var line in lines)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var (field, value) = colon < 0 ? (line, "") : (line[..colon], line[(colon + 1)..]);
            value = value.StartsWith(' ') ? value[1..] : value;
            block = field switch
            {
                "event" => block with { Event = value },
                "data" => block with { Data = block.Data is null ? value : block.Data + "\n" + value },
                "id" => block with { Id = value },
                "" => block with { Comment = value },
                _ => throw new InvalidOperationException($"A line that no stream of ours has: {line}"),
            };
        }

        return block;
    }
}
