using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RfBroadcast.AspNetCore.Tests.Support;

/// <summary>The certificate of every server of these tests that speaks TLS, signed by itself, and the only one their clients take.</summary>
internal static class TestCertificate
{
    private static readonly Lazy<X509Certificate2> Made = new(Make);

    public static X509Certificate2 Value => Made.Value;

    public static bool IsShownBy(X509Certificate? presented) => presented?.GetCertHashString() == Value.Thumbprint;

    /// <summary>Its private key, for a server that reads files.</summary>
    public static string Pem()
    {
        using var key = Value.GetRSAPrivateKey()!; // it was made with one
        return key.ExportPkcs8PrivateKeyPem();
    }

    private static X509Certificate2 Make()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12( // with a key that TLS can use
            certificate.Export(X509ContentType.Pkcs12),
            password: null,
            X509KeyStorageFlags.Exportable);
    }
}
