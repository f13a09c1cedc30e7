using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace RfBroadcast.AspNetCore;

/// <summary>One form of the browser client, read from the assembly once. Immutable.</summary>
internal sealed class ClientFile
{
    private const string ScriptType = "text/javascript; charset=utf-8";
    private const string TypesType = "application/typescript; charset=utf-8";
    private const string ExportsMarker = "\n// --- exports ---";

    private readonly byte[] _content;
    private readonly string _contentType;
    private readonly EntityTagHeaderValue _tag;

    private ClientFile(string content, string contentType)
    {
        _content = Encoding.UTF8.GetBytes(content);
        _contentType = contentType;
        _tag = new EntityTagHeaderValue('"' + Base64Url.EncodeToString(SHA256.HashData(_content).AsSpan(0, 15)) + '"');
    }

    /// <summary>The ES module.</summary>
    public static Lazy<ClientFile> Module { get; } = new(() => new ClientFile(Read("rf-broadcast.js"), ScriptType));

    /// <summary>The same for a plain script tag: it leaves <c>Echo</c> behind, and nothing else.</summary>
    public static Lazy<ClientFile> Script { get; } = new(() => new ClientFile(ToScript(Read("rf-broadcast.js")), ScriptType));

    /// <summary>The TypeScript types.</summary>
    public static Lazy<ClientFile> Types { get; } = new(() => new ClientFile(Read("rf-broadcast.d.ts"), TypesType));

    /// <summary>Answers a request; 304 when the browser has this very content.</summary>
    public Task WriteAsync(HttpContext context)
    {
        // Asked for again each time, and hardly ever sent again: a new version of the app is a new client at once.
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Bytes(_content, _contentType, entityTag: _tag).ExecuteAsync(context);
    }

    private static string ToScript(string module)
    {
        var end = module.IndexOf(ExportsMarker, StringComparison.Ordinal);
        return end < 0
            ? throw new InvalidOperationException("The embedded client has no line that marks its exports.")
            : $"(() => {{\n{module[..end]}\nglobalThis.Echo = Echo;\n}})();\n";
    }

    private static string Read(string name)
    {
        using var stream = typeof(ClientFile).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly does not hold {name}.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
