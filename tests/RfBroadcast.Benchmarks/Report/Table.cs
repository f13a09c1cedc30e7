namespace RfBroadcast.Benchmarks;

/// <summary>A table of text: a heading, columns, and lines of as many cells.</summary>
public sealed record Table(string Heading, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Lines);
