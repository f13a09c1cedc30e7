using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;

namespace RfBroadcast.Benchmarks;

/// <summary>Inflates one connection's compressed messages, one after the other, whether they lean on those before or not.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "It lives as long as its process.")]
internal sealed class MessageInflater
{
    private readonly Input _input = new();
    private readonly DeflateStream _inflate;
    private byte[] _message = new byte[16 * 1024];

    public MessageInflater() => _inflate = new DeflateStream(_input, CompressionMode.Decompress);

    /// <summary>The message; valid until the next.</summary>
    public ReadOnlySpan<byte> Inflate(ReadOnlySpan<byte> payload)
    {
        _input.Set(payload);
        var length = 0;
        while (_inflate.Read(_message.AsSpan(length)) is > 0 and var count)
        {
            length += count;
            if (length == _message.Length)
            {
                Array.Resize(ref _message, length * 2);
            }
        }

        return _message.AsSpan(0, length);
    }

    /// <summary>A payload with the end of a flush, which permessage-deflate leaves out, behind it.</summary>
    private sealed class Input : Stream
    {
        private byte[] _bytes = [];
        private int _length;
        private int _taken;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        private static ReadOnlySpan<byte> Tail => [0x00, 0x00, 0xff, 0xff];

        public void Set(ReadOnlySpan<byte> payload)
        {
            _length = payload.Length + Tail.Length;
            _taken = 0;
            if (_bytes.Length < _length)
            {
                _bytes = new byte[_length * 2];
            }

            payload.CopyTo(_bytes);
            Tail.CopyTo(_bytes.AsSpan(payload.Length));
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var count = Math.Min(buffer.Length, _length - _taken);
            _bytes.AsSpan(_taken, count).CopyTo(buffer);
            _taken += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
