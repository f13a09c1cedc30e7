using System.Reflection;
using System.Runtime.CompilerServices;

namespace RfBroadcast.TestSupport.Architecture;

/// <summary>Writes type parameters and their constraints.</summary>
internal static class ApiGenerics
{
    public static string Parameters(MethodInfo method) => method.IsGenericMethodDefinition
        ? $"<{string.Join(", ", method.GetGenericArguments().Select(parameter => ApiAttributes.Of(parameter) + parameter.Name))}>"
        : "";

    public static string Constraints(MethodInfo method) =>
        method.IsGenericMethodDefinition ? Constraints(method.GetGenericArguments(), method) : "";

    public static string Constraints(Type type) =>
        type.IsGenericTypeDefinition ? Constraints(type.GetGenericArguments(), type) : "";

    private static string Constraints(Type[] parameters, MemberInfo owner) => string.Concat(parameters
        .Select(parameter => (parameter.Name, List: string.Join(", ", Constraints(parameter, owner))))
        .Where(constraint => constraint.List.Length > 0)
        .Select(constraint => $" where {constraint.Name} : {constraint.List}"));

    private static IEnumerable<string> Constraints(Type parameter, MemberInfo owner)
    {
        var flags = parameter.GenericParameterAttributes;
        if (flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
        {
            yield return Annotation(parameter, owner) == 2 ? "class?" : "class";
        }
        else if (flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
        {
            yield return parameter.IsDefined(typeof(IsUnmanagedAttribute)) ? "unmanaged" : "struct";
        }
        else if (Annotation(parameter, owner) == 1 && parameter.GetGenericParameterConstraints().Length == 0)
        {
            yield return "notnull";
        }

        foreach (var constraint in parameter.GetGenericParameterConstraints().Where(type => type != typeof(ValueType)))
        {
            yield return ApiTypeName.Of(constraint);
        }

        if (flags.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint)
            && !flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
        {
            yield return "new()";
        }

        if (flags.HasFlag(GenericParameterAttributes.AllowByRefLike))
        {
            yield return "allows ref struct";
        }
    }

    // 1: not null, 2: may be null. The compiler writes it once on the member or a type around it when all below agree.
    private static byte Annotation(Type parameter, MemberInfo owner)
    {
        if (parameter.GetCustomAttribute<NullableAttribute>() is { NullableFlags: [var own, ..] })
        {
            return own;
        }

        for (MemberInfo? around = owner; around is not null; around = around.DeclaringType)
        {
            if (around.GetCustomAttribute<NullableContextAttribute>() is { } context)
            {
                return context.Flag;
            }
        }

        return 0;
    }
}
