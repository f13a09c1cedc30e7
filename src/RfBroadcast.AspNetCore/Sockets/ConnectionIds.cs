using System.Globalization;
using System.Security.Cryptography;

namespace RfBroadcast.AspNetCore;

/// <summary>Makes connection ids: <c>node.number</c>, both random, so that none is guessed or made twice.</summary>
internal static class ConnectionIds
{
    private static readonly int Node = RandomNumberGenerator.GetInt32(1, int.MaxValue);

    public static string Next() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Node}.{RandomNumberGenerator.GetInt32(1, int.MaxValue)}{RandomNumberGenerator.GetInt32(0, 1_000_000_000):D9}");
}
