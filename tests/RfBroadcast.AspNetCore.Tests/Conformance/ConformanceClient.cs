using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Conformance;

/// <summary>Plays <see cref="ConformanceCase"/>s to a server, one a connection.</summary>
/// <param name="client">Connected.</param>
/// <param name="way">How the server's frames come.</param>
internal sealed class ConformanceClient(RawClient client, WayOut way) : IDisposable
{
    private const string Warm = """{"type":"ping","id":"warm"}"""; // answered by the protocol, and by an echo

    /// <summary>Talks to a server until its frames take the way they will keep.</summary>
    /// <param name="client">Connected.</param>
    /// <param name="way">How the server's frames come.</param>
    /// <param name="greets">Whether the server speaks first.</param>
    public static async Task<ConformanceClient> OpenAsync(RawClient client, WayOut way, bool greets)
    {
        if (!greets)
        {
            await client.SendTextAsync(Warm);
        }

        (await client.ReadAnyAsync())!.Text.Should().Contain(greets ? "connected" : Warm);
        if (way == WayOut.Socket)
        {
            var ping = (await client.ReadAnyAsync())!;
            ping.IsBarrier.Should().BeTrue("it stands behind the first frame");
            await client.SendPongAsync(ping);
        }

        return new ConformanceClient(client, way);
    }

    /// <summary>Sends what the case says, in pieces of a size, and checks the answers.</summary>
    public async Task PlayAsync(ConformanceCase one, int pieces)
    {
        await SendAsync(one.Sends, pieces);
        var expected = one.AnswersBy(way);
        (await ReadAsync(expected.Length)).Should().Equal(expected);
        if (expected is [.., var last] && last.StartsWith("close", StringComparison.Ordinal))
        {
            await EndAsync(one);
        }
        else
        {
            await client.SendTextAsync(Warm);
            (await ReadAsync(1)).Should().ContainSingle("it lives on").Which.Should().Contain("warm");
        }
    }

    public void Dispose() => client.Dispose();

    private async Task SendAsync(byte[] bytes, int pieces)
    {
        try
        {
            foreach (var piece in bytes.Chunk(pieces))
            {
                await client.SendAsync(piece);
            }
        }
        catch (IOException)
        {
            // The server has ended the connection; what it said before counts.
        }
    }

    private async Task<List<string>> ReadAsync(int count)
    {
        var answers = new List<string>();
        while (answers.Count < count && await client.ReadAsync() is { } frame)
        {
            answers.Add(Answer.Of(frame));
        }

        return answers;
    }

    /// <summary>The server has said goodbye: it ends the connection when we have, too.</summary>
    private async Task EndAsync(ConformanceCase one)
    {
        if (one.IsCutShort)
        {
            return; // it vanishes
        }

        if (!one.ClientCloses)
        {
            await SendAsync(Frames.Close(1000), pieces: int.MaxValue);
        }

        (await client.ReadAsync()).Should().BeNull("nothing follows a close");
    }
}
