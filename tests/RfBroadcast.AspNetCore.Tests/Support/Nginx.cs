using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RfBroadcast.AspNetCore.Tests.Support;

/// <summary>
/// A real nginx in front of a server, as docs/operations.md wants one set up: a process of its own with a folder of its own, on a
/// free port of the loopback.
/// </summary>
internal sealed class Nginx : IAsyncDisposable
{
    private const string DebiansPlace = "/usr/sbin/nginx"; // not on everybody's PATH

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly DirectoryInfo _folder;

    private Nginx(Process process, DirectoryInfo folder, Uri address)
    {
        _process = process;
        _folder = folder;
        Address = address;
    }

    /// <summary>Where clients connect to.</summary>
    public Uri Address { get; }

    /// <summary>Starts one.</summary>
    /// <param name="server">What it stands before.</param>
    /// <param name="endsTls">Whether clients speak TLS to it; it never does to the server.</param>
    public static async Task<Nginx> StartAsync(Uri server, bool endsTls = false)
    {
        for (var attempt = 1; ; attempt++)
        {
            var folder = Directory.CreateTempSubdirectory("rf-nginx-");
            var port = FreePort();
            await WriteFilesAsync(folder, server, port, endsTls);
            var process = Start(folder);
            if (await ListensAsync(process, port))
            {
                return new Nginx(process, folder, new Uri(string.Create(CultureInfo.InvariantCulture, $"{(endsTls ? "https" : "http")}://127.0.0.1:{port}")));
            }

            // Somebody took the port meanwhile, or it cannot start at all.
            var said = await process.StandardError.ReadToEndAsync();
            process.Dispose();
            folder.Delete(recursive: true);
            if (attempt == 3)
            {
                throw new InvalidOperationException("nginx did not start: " + said);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static Process Start(DirectoryInfo folder)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(
                File.Exists(DebiansPlace) ? DebiansPlace : "nginx",
                ["-p", folder.FullName, "-e", "error.log", "-c", "nginx.conf"])
            {
                UseShellExecute = false,
                RedirectStandardError = true,
            })!; // a process is started whenever no shell is used
        }
        catch (Win32Exception fault)
        {
            throw new InvalidOperationException("These tests need nginx on the PATH: apt-get install nginx-light (tests/run.sh does it).", fault);
        }
    }

    private static async Task<bool> ListensAsync(Process process, int port)
    {
        using var limit = new CancellationTokenSource(StartTimeout);
        while (!process.HasExited)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, port, limit.Token);
                return !process.HasExited;
            }
            catch (SocketException)
            {
                await Task.Delay(10, limit.Token);
            }
        }

        return false;
    }

    private static async Task WriteFilesAsync(DirectoryInfo folder, Uri server, int port, bool endsTls)
    {
        var tls = "";
        if (endsTls)
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "certificate.pem"), TestCertificate.Value.ExportCertificatePem());
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "key.pem"), TestCertificate.Pem());
            tls = "ssl_certificate certificate.pem; ssl_certificate_key key.pem;";
        }

        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "nginx.conf"), $$"""
            daemon off;
            master_process off;
            pid nginx.pid;
            events { worker_connections 2048; }
            http {
              access_log off;
              client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
              map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
              server {
                listen 127.0.0.1:{{port.ToString(CultureInfo.InvariantCulture)}}{{(endsTls ? " ssl" : "")}};
                {{tls}}
                location /ws {
                  proxy_pass {{server.GetLeftPart(UriPartial.Authority)}};
                  proxy_http_version 1.1;
                  proxy_set_header Host $http_host;
                  proxy_set_header Upgrade $http_upgrade;
                  proxy_set_header Connection $connection_upgrade;
                  proxy_read_timeout 75s;
                }
              }
            }
            """);
    }
}
