using System.Security.Cryptography;

namespace RfBroadcast.Redis;

/// <summary>Makes names for epochs, none twice in a process; two processes make the same one about never.</summary>
internal static class Epochs
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    // Odd and not divisible by 31, so that it runs through all names before one comes again.
    private const long Step = 62_710_561_234_567;

    private const long Count = 218_340_105_584_896; // 62^8

    private static long _last = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));

    /// <summary>Writes the next name.</summary>
    public static void Write(Span<byte> name)
    {
        var number = (ulong)Interlocked.Add(ref _last, Step) % Count;
        foreach (ref var letter in name)
        {
            letter = (byte)Alphabet[(int)(number % (ulong)Alphabet.Length)];
            number /= (ulong)Alphabet.Length;
        }
    }
}
