using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace ScaleOut;

/// <summary>A redis-server of this run: on a free port of this machine, in a directory of its own, gone with it.</summary>
internal sealed class PrivateRedis : IDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("rf-broadcast-redis-");
    private readonly int _port = LocalPort.Free();
    private Process? _server;

    private PrivateRedis()
    {
    }

    public string EndPoint => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    /// <exception cref="Win32Exception">There is no redis-server on the path.</exception>
    /// <exception cref="InvalidOperationException">It did not start.</exception>
    public static PrivateRedis Start()
    {
        var redis = new PrivateRedis();
        try
        {
            redis.Run();
            return redis;
        }
        catch
        {
            redis.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_server is { HasExited: false })
        {
            _server.Kill();
            _server.WaitForExit();
        }

        _server?.Dispose();
        _directory.Delete(recursive: true);
    }

    private void Run()
    {
        var (pidFile, log) = (Path.Combine(_directory.FullName, "redis.pid"), Path.Combine(_directory.FullName, "redis.log"));

        // A daemon, so that Ctrl+C in the terminal does not reach it before the nodes have stopped.
        using var launcher = Process.Start("redis-server",
        [
            "--port", _port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _directory.FullName, "--save", "", "--appendonly", "no",
            "--daemonize", "yes", "--pidfile", pidFile, "--logfile", log,
        ]);
        launcher.WaitForExit();

        var waited = Stopwatch.StartNew();
        while (!IsUp())
        {
            if (launcher.ExitCode != 0 || waited.Elapsed > StartTimeout)
            {
                throw new InvalidOperationException(File.Exists(log) ? File.ReadAllText(log) : $"it ended with {launcher.ExitCode}.");
            }

            Thread.Sleep(50);
        }

        _server = Process.GetProcessById(int.Parse(File.ReadAllText(pidFile), CultureInfo.InvariantCulture));

        bool IsUp()
        {
            try
            {
                using var client = new TcpClient("127.0.0.1", _port);
                return File.Exists(pidFile) && File.ReadAllText(pidFile).EndsWith('\n');
            }
            catch (SocketException)
            {
                return false;
            }
        }
    }
}
