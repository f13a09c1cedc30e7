using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace RfBroadcast.TestSupport.Architecture;

/// <summary>
/// Prints what an application can see of an assembly: one line a type, one line a member, in an order that does not depend on
/// how the sources are laid out. Two texts differ exactly when something differs that can break a caller.
/// </summary>
internal static class PublicApi
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    public static string Print(Assembly assembly) =>
        Print(assembly.GetTypes().Where(type => IsVisible(type) && !IsGenerated(type)));

    public static string Print(IEnumerable<Type> types)
    {
        var text = new StringBuilder();
        foreach (var type in types.OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(type.Namespace).Append(": ").Append(ApiSignature.Of(type)).Append('\n');
            foreach (var line in Members(type).Order(StringComparer.Ordinal))
            {
                text.Append("    ").Append(line).Append('\n');
            }
        }

        return text.ToString();
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsSubclassOf(typeof(Delegate)))
        {
            return []; // its line shows the signature
        }

        if (type.IsEnum)
        {
            return type.GetFields(BindingFlags.Public | BindingFlags.Static)
                .Select(field => $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), null)}");
        }

        return type.GetMembers(Declared).Select(Line).OfType<string>();
    }

    private static string? Line(MemberInfo member) => member switch
    {
        ConstructorInfo { IsStatic: false } constructor when IsVisible(constructor) => ApiSignature.Of(constructor),
        FieldInfo field when (field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly) && !IsGenerated(field) => ApiSignature.Of(field),
        PropertyInfo property when property.GetAccessors(true).Any(IsVisible) && !IsGenerated(property) => ApiSignature.Of(property),
        EventInfo { AddMethod: { } add } @event when IsVisible(add) => ApiSignature.Of(@event),
        MethodInfo method when IsVisible(method) && !IsAccessor(method) && !IsGenerated(method) && !IsForeignOverride(method) => ApiSignature.Of(method),
        _ => null, // nested types have a line of their own
    };

    private static bool IsVisible(Type type) => type.IsNested
        ? (type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsVisible(type.DeclaringType!) // nested: has one
        : type.IsPublic;

    private static bool IsVisible(MethodBase method) =>
        method.IsPublic || ((method.IsFamily || method.IsFamilyOrAssembly) && !method.DeclaringType!.IsSealed); // no global methods in C#

    // Also what a record gets for free (Equals, Deconstruct, ...): it follows from the record's own line and constructor.
    private static bool IsGenerated(MemberInfo member) =>
        member.IsDefined(typeof(CompilerGeneratedAttribute)) || member.Name.Contains('<', StringComparison.Ordinal) || member.Name == "EqualityContract";

    private static bool IsAccessor(MethodInfo method) =>
        method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    // ToString() and the like: callable without it too.
    private static bool IsForeignOverride(MethodInfo method) =>
        method.GetBaseDefinition().DeclaringType!.Assembly != method.DeclaringType!.Assembly; // no global methods in C#
}
