namespace RfBroadcast;

internal static class EventName
{
    public const int MaxLength = 200;

    /// <summary>A type's name without the arity of a generic type: <c>Changed`1</c> is <c>Changed</c>.</summary>
    public static string Of(Type type)
    {
        var name = type.Name;
        var arity = name.IndexOf('`', StringComparison.Ordinal);
        return arity < 0 ? name : name[..arity];
    }
}
