namespace RfBroadcast.Benchmarks;

/// <summary>Bytes that are kept until more come. Grows, and is reused.</summary>
public sealed class ByteStore
{
    private byte[] _bytes = [];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length < Length + bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(512, (Length + bytes.Length) * 2));
        }

        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    public void Clear() => Length = 0;
}
