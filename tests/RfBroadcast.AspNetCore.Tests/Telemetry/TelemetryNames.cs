using System.Reflection;

namespace RfBroadcast.AspNetCore.Tests.Telemetry;

/// <summary>What <see cref="BroadcastTelemetry"/> names, read from the code.</summary>
internal static class TelemetryNames
{
    /// <summary>Constant and value, but for the names of the meter and the source.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = typeof(BroadcastTelemetry)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(field => field.IsLiteral && field.Name is not (nameof(BroadcastTelemetry.MeterName) or nameof(BroadcastTelemetry.ActivitySourceName)))
        .ToDictionary(field => field.Name, field => (string)field.GetRawConstantValue()!); // all are strings

    public static IEnumerable<string> Instruments => All
        .Where(name => !name.Key.EndsWith("Tag", StringComparison.Ordinal) && !name.Key.EndsWith("Activity", StringComparison.Ordinal))
        .Select(name => name.Value);
}
