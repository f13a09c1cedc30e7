using System.Reflection;
using System.Runtime.CompilerServices;

namespace RfBroadcast.TestSupport.Architecture;

/// <summary>Writes one type or member as a line that reads like C#.</summary>
internal static class ApiSignature
{
    private static readonly NullabilityInfoContext Nullability = new();

    public static string Of(Type type)
    {
        var bases = new List<string>();
        if (type is { IsClass: true, BaseType: { } baseType } && baseType != typeof(object) && !type.IsSubclassOf(typeof(Delegate)))
        {
            bases.Add(ApiTypeName.Of(baseType));
        }

        if (!type.IsEnum && !type.IsSubclassOf(typeof(Delegate)))
        {
            bases.AddRange(type.GetInterfaces()
                .Except(type.BaseType?.GetInterfaces() ?? [])
                .Where(contract => contract.IsVisible)
                .Select(contract => ApiTypeName.Of(contract))
                .Order(StringComparer.Ordinal));
        }

        var line = ApiAttributes.Of(type) + (type.IsPublic || type.IsNestedPublic ? "public " : "protected ");
        if (type.IsSubclassOf(typeof(Delegate)))
        {
            var invoke = type.GetMethod("Invoke")!; // every delegate has it
            return line + $"delegate {ReturnType(invoke)} {ApiTypeName.Declared(type)}({Parameters(invoke)}){ApiGenerics.Constraints(type)}";
        }

        return line + Kind(type) + ApiTypeName.Declared(type)
            + (type.IsEnum ? " : " + ApiTypeName.Of(Enum.GetUnderlyingType(type)) : "")
            + (bases.Count == 0 ? "" : " : " + string.Join(", ", bases))
            + ApiGenerics.Constraints(type);
    }

    public static string Of(ConstructorInfo constructor) =>
        ApiAttributes.Of(constructor) + Access(constructor) + $"{ApiTypeName.Simple(constructor.DeclaringType!)}({Parameters(constructor)})"; // not global

    public static string Of(FieldInfo field) =>
        ApiAttributes.Of(field) + (field.IsPublic ? "public " : "protected ")
        + (field.IsLiteral ? "const " : field.IsStatic ? "static " : "")
        + (field.IsInitOnly ? "readonly " : "")
        + ApiTypeName.Of(field.FieldType, Nullability.Create(field)) + " " + field.Name
        + (field.IsLiteral ? " = " + Literal(field.GetRawConstantValue(), field.FieldType) : "");

    public static string Of(PropertyInfo property)
    {
        var widest = property.GetAccessors(true).OrderBy(accessor => accessor.IsPublic ? 0 : 1).First();
        var index = property.GetIndexParameters();
        return ApiAttributes.Of(property) + Access(widest) + Modifiers(widest)
            + (property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "")
            + ApiTypeName.Of(property.PropertyType, Nullability.Create(property)) + " "
            + (index.Length == 0 ? property.Name : $"this[{string.Join(", ", index.Select(Parameter))}]")
            + " { " + Accessor(property.GetMethod, "get", widest)
            + Accessor(property.SetMethod, IsInit(property) ? "init" : "set", widest) + "}";
    }

    public static string Of(EventInfo @event)
    {
        var add = @event.AddMethod!; // C# events always have one
        return ApiAttributes.Of(@event) + Access(add) + Modifiers(add)
            + $"event {ApiTypeName.Of(@event.EventHandlerType!, Nullability.Create(@event))} {@event.Name}"; // and a type
    }

    public static string Of(MethodInfo method) =>
        ApiAttributes.Of(method) + Access(method) + Modifiers(method)
        + $"{ReturnType(method)} {method.Name}{ApiGenerics.Parameters(method)}({Parameters(method)}){ApiGenerics.Constraints(method)}";

    private static string Kind(Type type)
    {
        var record = type.GetMethod("<Clone>$") is not null
            || (type.IsValueType && type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance)?.IsDefined(typeof(CompilerGeneratedAttribute)) == true)
            ? "record " : "";
        return type switch
        {
            { IsInterface: true } => "interface ",
            { IsEnum: true } => "enum ",
            { IsValueType: true } => (type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "") + (type.IsByRefLike ? "ref " : "") + record + "struct ",
            { IsAbstract: true, IsSealed: true } => "static class ",
            { IsAbstract: true } => "abstract " + record + "class ",
            { IsSealed: true } => "sealed " + record + "class ",
            _ => record + "class ",
        };
    }

    private static string Access(MethodBase method) =>
        method.IsPublic ? "public " : method.IsFamilyAndAssembly ? "private protected " : "protected ";

    private static string Modifiers(MethodInfo method)
    {
        var modifiers = method.IsStatic ? "static " : "";
        if (method.IsAbstract && method.DeclaringType!.IsInterface) // no global methods in C#
        {
            return modifiers;
        }

        if (method.IsAbstract)
        {
            return modifiers + "abstract ";
        }

        if (!method.IsVirtual || method.IsFinal)
        {
            return modifiers;
        }

        return modifiers + (method.GetBaseDefinition() == method ? "virtual " : "override ");
    }

    private static string Accessor(MethodInfo? accessor, string name, MethodInfo widest)
    {
        if (accessor is null || !(accessor.IsPublic || accessor.IsFamily || accessor.IsFamilyOrAssembly))
        {
            return "";
        }

        return (accessor.IsPublic == widest.IsPublic ? "" : "protected ") + name + "; ";
    }

    private static bool IsInit(PropertyInfo property) =>
        property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;

    private static string ReturnType(MethodInfo method) =>
        ApiAttributes.Of(method.ReturnParameter) + ApiTypeName.Of(method.ReturnType, Nullability.Create(method.ReturnParameter));

    private static string Parameters(MethodBase method) =>
        (method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "") + string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        var type = ApiTypeName.Of(parameter.ParameterType, Nullability.Create(parameter));
        var kind = parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref " : "";
        var isParams = parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute));
        return ApiAttributes.Of(parameter) + (isParams ? "params " : "") + kind + type + " " + parameter.Name
            + (parameter.HasDefaultValue ? " = " + Literal(parameter.RawDefaultValue, parameter.ParameterType) : "");
    }

    private static string Literal(object? value, Type type) => value switch
    {
        null => type.IsGenericParameter || (type.IsValueType && Nullable.GetUnderlyingType(type) is null) ? "default" : "null",
        string text => $"\"{text}\"",
        char letter => $"'{letter}'",
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, null),
        _ => value.ToString() ?? "",
    };
}
