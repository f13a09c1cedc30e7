using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace RfBroadcast.Redis;

/// <summary>A Lua script of this package: its text, from the <c>.lua</c> files beside this one, and the hash by which Redis knows it.</summary>
internal sealed class RedisScript
{
    private const string Include = "--include ";

    private RedisScript(string name, string text)
    {
        Name = name;
        Text = text;
        Hash = Sha1(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>The name of its file.</summary>
    public string Name { get; }

    public string Text { get; }

    public byte[] Hash { get; }

    /// <summary>
    /// Puts a script together of files; the last one is the script, the others are what it begins with. A line <c>--include name</c> stands for
    /// another file.
    /// </summary>
    public static RedisScript Load(params ReadOnlySpan<string> files)
    {
        var text = new StringBuilder();
        foreach (var file in files)
        {
            Append(text, file);
        }

        return new RedisScript(files[^1], text.ToString());
    }

    private static void Append(StringBuilder text, string file)
    {
        using var stream = typeof(RedisScript).Assembly.GetManifestResourceStream(file + ".lua")
            ?? throw new InvalidOperationException($"The script {file}.lua is not in the assembly.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            var code = line.Trim();
            if (code.StartsWith(Include, StringComparison.Ordinal))
            {
                Append(text, code[Include.Length..]);
            }
            else if (code.Length > 0 && !code.StartsWith("--", StringComparison.Ordinal))
            {
                text.Append(code).Append('\n');
            }
        }
    }

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "It is how Redis names scripts.")]
    private static byte[] Sha1(byte[] text) => SHA1.HashData(text);
}
