using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace RfBroadcast.TestSupport.Architecture;

/// <summary>Writes the attributes that are part of what a caller can rely on or is warned by.</summary>
internal static class ApiAttributes
{
    // A constructor of a type with required members carries an Obsolete for compilers that do not know them.
    public static string Of(MemberInfo member) => Of(member.GetCustomAttributesData()
        .Where(attribute => attribute.AttributeType != typeof(ObsoleteAttribute) || !member.IsDefined(typeof(CompilerFeatureRequiredAttribute))));

    public static string Of(ParameterInfo parameter) => Of(parameter.GetCustomAttributesData());

    private static string Of(IEnumerable<CustomAttributeData> attributes) => string.Concat(attributes
        .Where(attribute => Matters(attribute.AttributeType))
        .Select(attribute => $"[{attribute.AttributeType.Name.Replace("Attribute", "", StringComparison.Ordinal)}{Arguments(attribute)}] ")
        .Order(StringComparer.Ordinal));

    private static bool Matters(Type attribute) =>
        attribute == typeof(ObsoleteAttribute)
        || attribute == typeof(FlagsAttribute)
        || attribute == typeof(EditorBrowsableAttribute)
        || attribute == typeof(TupleElementNamesAttribute)
        || (attribute.Namespace == "System.Diagnostics.CodeAnalysis"
            && attribute != typeof(SuppressMessageAttribute)
            && attribute != typeof(UnconditionalSuppressMessageAttribute)
            && attribute != typeof(ExcludeFromCodeCoverageAttribute));

    private static string Arguments(CustomAttributeData attribute)
    {
        // A message's wording is not part of the contract.
        var arguments = attribute.ConstructorArguments
            .Where(argument => argument.Value is not string)
            .Select(argument => argument.Value switch
            {
                IEnumerable<CustomAttributeTypedArgument> list => string.Join(", ", list.Select(item => item.Value)),
                { } value when argument.ArgumentType.IsEnum => Enum.ToObject(argument.ArgumentType, value).ToString(),
                var value => value?.ToString(),
            })
            .ToList();
        return arguments.Count == 0 ? "" : $"({string.Join(", ", arguments)})";
    }
}
