using System.Globalization;
using System.Text;

namespace RfBroadcast.Redis;

/// <summary>
/// As much of the Redis protocol (RESP2) as talking to a sentinel takes. The client library's oldest version does not follow sentinels, and later ones do
/// so on their own; this does not depend on which one the app has. One reader, one writer.
/// </summary>
internal sealed class RespStream(Stream stream) : IDisposable
{
    // More than this no sentinel sends; whoever does is none.
    private const int MaxLength = 64 * 1024;
    private const int MaxItems = 1024;
    private const int MaxDepth = 4;

    private readonly byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;

    public async Task WriteAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"*{command.Count}\r\n");
        foreach (var part in command)
        {
            text.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(part)}\r\n{part}\r\n");
        }

        await stream.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the next reply, or what was published.</summary>
    /// <exception cref="IOException">The connection ended, or it is not Redis that answers.</exception>
    public Task<RespReply> ReadAsync(CancellationToken cancellationToken) => ReadAsync(depth: 0, cancellationToken);

    public void Dispose() => stream.Dispose();

    private async Task<RespReply> ReadAsync(int depth, CancellationToken cancellationToken)
    {
        var line = await ReadLineAsync(cancellationToken).ConfigureAwait(false);
        if (line.Length == 0)
        {
            throw NotRedis();
        }

        var rest = line[1..];
        switch (line[0])
        {
            case '+' or ':':
                return new RespReply(rest);
            case '-':
                return new RespReply(rest, IsError: true);
            case '$':
                var length = ReadNumber(rest, MaxLength);
                return new RespReply(length < 0 ? null : await ReadTextAsync(length, cancellationToken).ConfigureAwait(false));
            case '*' when depth < MaxDepth:
                var count = ReadNumber(rest, MaxItems);
                var items = new RespReply[Math.Max(count, 0)];
                for (var i = 0; i < items.Length; i++)
                {
                    items[i] = await ReadAsync(depth + 1, cancellationToken).ConfigureAwait(false);
                }

                return new RespReply(Text: null, count < 0 ? null : items);
            default:
                throw NotRedis();
        }
    }

    private static int ReadNumber(string text, int most) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number <= most ? number : throw NotRedis();

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        while (true)
        {
            var next = (char)await ReadByteAsync(cancellationToken).ConfigureAwait(false);
            if (next == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            if (line.Append(next).Length > MaxLength)
            {
                throw NotRedis();
            }
        }
    }

    private async Task<string> ReadTextAsync(int length, CancellationToken cancellationToken)
    {
        var text = new byte[length + 2]; // and the end of the line
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = await ReadByteAsync(cancellationToken).ConfigureAwait(false);
        }

        return Encoding.UTF8.GetString(text, 0, length);
    }

    private async ValueTask<byte> ReadByteAsync(CancellationToken cancellationToken)
    {
        if (_start == _end)
        {
            (_start, _end) = (0, await stream.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false));
            if (_end == 0)
            {
                throw new EndOfStreamException("It closed the connection.");
            }
        }

        return _buffer[_start++];
    }

    private static IOException NotRedis() => new("What answers there does not speak the protocol of Redis.");
}
