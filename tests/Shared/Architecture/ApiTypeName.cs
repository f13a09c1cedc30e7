using System.Reflection;

namespace RfBroadcast.TestSupport.Architecture;

/// <summary>Writes a type's name as C# would, with its nullable annotations.</summary>
internal static class ApiTypeName
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(object)] = "object", [typeof(string)] = "string", [typeof(bool)] = "bool",
        [typeof(char)] = "char", [typeof(byte)] = "byte", [typeof(sbyte)] = "sbyte", [typeof(short)] = "short",
        [typeof(ushort)] = "ushort", [typeof(int)] = "int", [typeof(uint)] = "uint", [typeof(long)] = "long",
        [typeof(ulong)] = "ulong", [typeof(float)] = "float", [typeof(double)] = "double", [typeof(decimal)] = "decimal",
    };

    public static string Of(Type type, NullabilityInfo? nullability = null)
    {
        if (type.IsByRef)
        {
            return Of(type.GetElementType()!, nullability); // in, out or ref stands before the name already
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            // Only the outer T? has information of its own; its argument is the same value.
            return Of(underlying, nullability?.GenericTypeArguments.FirstOrDefault()) + "?";
        }

        var name = type.IsArray
            ? $"{Of(type.GetElementType()!, nullability?.ElementType)}[{new string(',', type.GetArrayRank() - 1)}]" // an array has it
            : Keywords.GetValueOrDefault(type) ?? Named(type, nullability);
        return !type.IsValueType && nullability?.ReadState == NullabilityState.Nullable && !IsPlainTypeParameter(type, nullability)
            ? name + "?"
            : name;
    }

    /// <summary>Without the namespace, which stands before a declaration anyway.</summary>
    public static string Declared(Type type) => Of(type)[(type.IsNested ? 0 : Namespace(type).Length)..];

    public static string Simple(Type type) => type.Name.Split('`')[0];

    private static string Named(Type type, NullabilityInfo? nullability)
    {
        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        // The outer type's arguments come first in a nested type's list; the nested type shows only its own.
        var outer = type.DeclaringType is { } declaring ? Of(declaring) + "." : Namespace(type);
        var inherited = type.DeclaringType?.GetGenericArguments().Length ?? 0;
        var arguments = type.GetGenericArguments()
            .Select((argument, index) => Of(argument, nullability?.GenericTypeArguments.ElementAtOrDefault(index)))
            .Skip(inherited)
            .ToList();
        return outer + Simple(type) + (arguments.Count == 0 ? "" : $"<{string.Join(", ", arguments)}>");
    }

    // Names of ours and of System read better alone, and none of them is ambiguous.
    private static string Namespace(Type type) =>
        type.Namespace is null
        || type.Namespace.StartsWith("RfBroadcast", StringComparison.Ordinal)
        || type.Namespace == "System"
        || type.Namespace.StartsWith("System.", StringComparison.Ordinal)
            ? ""
            : type.Namespace + ".";

    // An unconstrained T reads as nullable because its argument may be; only a written T? is an annotation.
    private static bool IsPlainTypeParameter(Type type, NullabilityInfo nullability) =>
        type.IsGenericParameter && nullability.WriteState != NullabilityState.Nullable;
}
