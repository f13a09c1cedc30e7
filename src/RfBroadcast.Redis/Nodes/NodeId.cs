using System.Globalization;
using System.Security.Cryptography;

namespace RfBroadcast.Redis;

/// <summary>Makes ids for nodes and publishers: random, so that none is made twice.</summary>
internal static class NodeId
{
    public static ulong NextNumber() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));

    public static string Next() => NextNumber().ToString("x16", CultureInfo.InvariantCulture);
}
