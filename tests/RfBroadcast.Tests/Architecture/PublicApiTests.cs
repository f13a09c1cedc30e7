using System.Diagnostics.CodeAnalysis;
using RfBroadcast.TestSupport.Architecture;

namespace RfBroadcast.Tests.Architecture;

/// <summary>The printer must show what can break a caller, or the approved files hold nothing.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void Print_OfASpecimen_ShowsWhatCanBreakACaller()
    {
        PublicApi.Print([typeof(Specimen<,>), typeof(SpecimenKind), typeof(SpecimenRecord), typeof(SpecimenCall), typeof(ISpecimen), typeof(SpecimenExtensions)])
            .Should().Be("""
            RfBroadcast.Tests.Architecture: public interface ISpecimen : IDisposable
                public int Number { get; }
                public virtual void Close()
                public void Open()
            RfBroadcast.Tests.Architecture: public delegate bool SpecimenCall(out int? number)
            RfBroadcast.Tests.Architecture: public static class SpecimenExtensions
                public static TResult Apply<[DynamicallyAccessedMembers(PublicMethods)] TResult>(this string text, params int[] numbers) where TResult : struct
            RfBroadcast.Tests.Architecture: public enum SpecimenKind : byte
                One = 1
                Two = 2
            RfBroadcast.Tests.Architecture: public sealed record class SpecimenRecord : IEquatable<SpecimenRecord>
                public SpecimenKind Kind { get; init; }
                public SpecimenRecord(int Number, SpecimenKind Kind = 2)
                public int Number { get; init; }
            RfBroadcast.Tests.Architecture: public abstract class Specimen<T, TKey> : IDisposable where T : class, new() where TKey : notnull
                [RequiresUnreferencedCode] protected virtual string? Find<TItem>(TKey key, TItem? item = default, string text = "x")
                [TupleElementNames(First, Second)] public ValueTuple<string, int?> Pair { get; set; }
                protected Specimen()
                public IReadOnlyList<string?>? Names { get; init; }
                public abstract ValueTask<T?> GetAsync(in int number, CancellationToken token = default)
                public const int Limit = 7
                public event EventHandler? Changed
                public required string Text { get; set; }
                public string Title { get; protected set; }
                public void Dispose()

            """.ReplaceLineEndings("\n"));
    }
}

public abstract class Specimen<T, TKey> : IDisposable
    where T : class, new()
    where TKey : notnull
{
    public const int Limit = 7;

    public event EventHandler? Changed;

    public IReadOnlyList<string?>? Names { get; init; }

    public string Title { get; protected set; } = "";

    public required string Text { get; set; }

    public (string First, int? Second) Pair { get; set; }

    internal int Hidden { get; set; }

    public abstract ValueTask<T?> GetAsync(in int number, CancellationToken token = default);

    public void Dispose()
    {
        Changed?.Invoke(this, EventArgs.Empty);
        GC.SuppressFinalize(this);
    }

    [RequiresUnreferencedCode("reads properties")]
    protected virtual string? Find<TItem>(TKey key, TItem? item = default, string text = "x") => text;
}

public enum SpecimenKind : byte
{
    One = 1,
    Two = 2,
}

public sealed record SpecimenRecord(int Number, SpecimenKind Kind = SpecimenKind.Two);

public interface ISpecimen : IDisposable
{
    int Number { get; }

    void Open();

    void Close() => Dispose();
}

public delegate bool SpecimenCall(out int? number);

public static class SpecimenExtensions
{
    public static TResult Apply<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)] TResult>(this string text, params int[] numbers)
        where TResult : struct => default;
}
