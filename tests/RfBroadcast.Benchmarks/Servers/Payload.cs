using System.Buffers.Text;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RfBroadcast.Benchmarks;

/// <summary>
/// What every message carries: a number per channel, the time it was published, and padding (JSON) up to a size. Written by hand, in
/// fixed widths, so that the three servers pay the same for it and the load generator finds it without parsing JSON.
/// </summary>
[JsonConverter(typeof(PayloadConverter))]
public sealed class Payload(long number, byte[] padding)
{
    /// <summary>What stands before the number.</summary>
    public static ReadOnlySpan<byte> Mark => "{\"seq\":\""u8;

    public const int NumberDigits = 10;
    public const int TimeDigits = 19;

    /// <summary>How many bytes stand around the padding.</summary>
    public const int WithoutPadding = 53;

    /// <summary>When it was made, on the monotonic clock, which all processes of a machine share.</summary>
    private readonly long _time = Stopwatch.GetTimestamp();

    /// <summary>The padding, a string, that makes a payload of this many bytes.</summary>
    public static byte[] PaddingOf(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, WithoutPadding + 2);
        var padding = new byte[size - WithoutPadding];
        padding.AsSpan().Fill((byte)'x');
        padding[0] = padding[^1] = (byte)'"';
        return padding;
    }

    /// <summary>Writes it as JSON; gives the length.</summary>
    public int Write(Span<byte> output)
    {
        var length = 0;
        Append(output, ref length, Mark);
        Append(output, ref length, number, NumberDigits);
        Append(output, ref length, "\",\"t\":\""u8);
        Append(output, ref length, _time, TimeDigits);
        Append(output, ref length, "\",\"pad\":"u8);
        Append(output, ref length, padding);
        Append(output, ref length, "}"u8);
        return length;
    }

    /// <summary>The size in bytes.</summary>
    public int Length => WithoutPadding + padding.Length;

    private static void Append(Span<byte> output, ref int length, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(output[length..]);
        length += bytes.Length;
    }

    private static void Append(Span<byte> output, ref int length, long value, int digits)
    {
        Utf8Formatter.TryFormat(value, output[length..], out var written, new System.Buffers.StandardFormat('D', (byte)digits));
        length += written;
    }

    private sealed class PayloadConverter : JsonConverter<Payload>
    {
        public override Payload Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, Payload value, JsonSerializerOptions options)
        {
            Span<byte> json = value.Length <= 1024 ? stackalloc byte[1024] : new byte[value.Length];
            writer.WriteRawValue(json[..value.Write(json)], skipInputValidation: true);
        }
    }
}
