using System.Globalization;

namespace RfBroadcast.Benchmarks;

/// <summary>The channels of a run, as both sides of it name them: <c>news</c> for one, <c>news*1000</c> for <c>news.0</c> to <c>news.999</c>.</summary>
internal static class ChannelNames
{
    public static string[] Of(string text) => text.Split('*') is [var name, var count]
        ? [.. Enumerable.Range(0, int.Parse(count, CultureInfo.InvariantCulture)).Select(index => string.Create(CultureInfo.InvariantCulture, $"{name}.{index}"))]
        : [text];
}
