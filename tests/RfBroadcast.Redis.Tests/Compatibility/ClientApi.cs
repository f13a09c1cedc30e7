using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace RfBroadcast.Redis.Tests.Compatibility;

/// <summary>What one version of StackExchange.Redis offers: its public types, and their public members with signatures.</summary>
internal sealed class ClientApi
{
    private readonly Dictionary<string, ClientType> _types = new(StringComparer.Ordinal);

    private ClientApi(MetadataReader reader)
    {
        Version = reader.GetAssemblyDefinition().Version;
        foreach (var handle in reader.TypeDefinitions)
        {
            var type = reader.GetTypeDefinition(handle);
            if ((type.Attributes & TypeAttributes.VisibilityMask) is TypeAttributes.Public or TypeAttributes.NestedPublic)
            {
                _types[SignatureText.NameOf(reader, handle)] = ReadType(reader, type);
            }
        }
    }

    /// <summary>The assembly's version, which need not be the package's.</summary>
    public Version Version { get; }

    /// <summary>The assembly that an app on .NET 10 gets of a version that a build of this test project has downloaded.</summary>
    public static ClientApi Read(string version)
    {
        var packages = typeof(ClientApi).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "NuGetPackageRoot").Value!;
        var library = Path.Combine(packages, "stackexchange.redis", version, "lib");
        var framework = new[] { "net10.0", "netstandard1.5" }.First(name => Directory.Exists(Path.Combine(library, name)));
        using var file = new PEReader(File.OpenRead(Path.Combine(library, framework, "StackExchange.Redis.dll")));
        return new ClientApi(file.GetMetadataReader());
    }

    public bool HasType(string type) => _types.ContainsKey(type);

    /// <summary>Whether a type, or one that it comes from, has a member.</summary>
    public bool HasMember(string type, string member) =>
        _types.TryGetValue(type, out var found) && (found.Members.Contains(member) || found.Bases.Any(one => HasMember(one, member)));

    /// <summary>The members of an enum and their numbers, which a compiler writes into who uses them; nothing for other types.</summary>
    public IReadOnlyDictionary<string, long> Numbers(string type) => _types[type].Numbers;

    private static ClientType ReadType(MetadataReader reader, TypeDefinition type)
    {
        var members = new HashSet<string>(StringComparer.Ordinal);
        foreach (var method in type.GetMethods().Select(reader.GetMethodDefinition))
        {
            if ((method.Attributes & MethodAttributes.MemberAccessMask) == MethodAttributes.Public)
            {
                members.Add($"{reader.GetString(method.Name)}: {SignatureText.Of(method.DecodeSignature(SignatureText.Instance, genericContext: null))}");
            }
        }

        var numbers = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var field in type.GetFields().Select(reader.GetFieldDefinition))
        {
            if ((field.Attributes & FieldAttributes.FieldAccessMask) == FieldAttributes.Public)
            {
                members.Add($"{reader.GetString(field.Name)}: {field.DecodeSignature(SignatureText.Instance, genericContext: null)}");
                if (field.GetDefaultValue() is { IsNil: false } value && reader.GetConstant(value) is { TypeCode: ConstantTypeCode.Int32 } constant)
                {
                    numbers[reader.GetString(field.Name)] = reader.GetBlobReader(constant.Value).ReadInt32();
                }
            }
        }

        EntityHandle[] bases = [type.BaseType, .. type.GetInterfaceImplementations().Select(one => reader.GetInterfaceImplementation(one).Interface)];
        return new ClientType(members, numbers, [.. bases.Where(one => !one.IsNil).Select(one => NameOf(reader, one))]);
    }

    private static string NameOf(MetadataReader reader, EntityHandle type) => type.Kind switch
    {
        HandleKind.TypeDefinition => SignatureText.NameOf(reader, (TypeDefinitionHandle)type),
        HandleKind.TypeReference => SignatureText.NameOf(reader, (TypeReferenceHandle)type),
        _ => reader.GetTypeSpecification((TypeSpecificationHandle)type).DecodeSignature(SignatureText.Instance, genericContext: null),
    };
}
