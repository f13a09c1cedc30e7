using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace RfBroadcast.Redis.Tests.Compatibility;

/// <summary>What an assembly uses of StackExchange.Redis: its types, and their members with signatures.</summary>
internal sealed record ClientReferences(Version Built, IReadOnlyList<string> Types, IReadOnlyList<(string Type, string Member)> Members)
{
    private const string Client = "StackExchange.Redis";

    public static ClientReferences Read(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var reader = file.GetMetadataReader();
        var types = reader.TypeReferences.Where(type => IsClients(reader, type)).ToDictionary(type => type, type => SignatureText.NameOf(reader, type));
        var members = new List<(string Type, string Member)>();
        foreach (var handle in reader.MemberReferences)
        {
            var member = reader.GetMemberReference(handle);
            if (member.Parent.Kind == HandleKind.TypeReference && types.TryGetValue((TypeReferenceHandle)member.Parent, out var type))
            {
                var signature = member.GetKind() == MemberReferenceKind.Field
                    ? member.DecodeFieldSignature(SignatureText.Instance, genericContext: null)
                    : SignatureText.Of(member.DecodeMethodSignature(SignatureText.Instance, genericContext: null));
                members.Add((type, $"{reader.GetString(member.Name)}: {signature}"));
            }
        }

        var built = reader.AssemblyReferences
            .Select(reader.GetAssemblyReference)
            .Single(reference => reader.GetString(reference.Name) == Client).Version;
        return new ClientReferences(built, [.. types.Values], members);
    }

    private static bool IsClients(MetadataReader reader, TypeReferenceHandle handle)
    {
        var scope = reader.GetTypeReference(handle).ResolutionScope;
        return scope.Kind switch
        {
            HandleKind.TypeReference => IsClients(reader, (TypeReferenceHandle)scope),
            HandleKind.AssemblyReference => reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)scope).Name) == Client,
            _ => false,
        };
    }
}
