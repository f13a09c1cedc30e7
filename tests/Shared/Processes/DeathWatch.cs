using System.Diagnostics;
using System.Globalization;

namespace RfBroadcast.TestSupport;

/// <summary>
/// Kills the processes that this one has started when it ends, however it ends: a shell is told of them through a pipe, which the kernel closes with this
/// process. (A parent-death signal would come already when the thread ends that started them.) Thread-safe.
/// </summary>
internal sealed class DeathWatch : IDisposable
{
    // The signals that end a whole group of processes must not end it first.
    private const string Script = """
        trap '' HUP INT TERM
        watched=' '
        while read -r sign process; do
            case $sign in
                +) watched="$watched$process " ;;
                -) case $watched in *" $process "*) watched="${watched%%" $process "*} ${watched#*" $process "}" ;; esac ;;
            esac
        done
        for process in $watched; do kill -9 "$process"; done
        """;

    private static readonly Lazy<DeathWatch> Ours = new(() => new DeathWatch());

    private readonly Lock _gate = new();
    private readonly Process _shell;

    /// <summary>Starts a watch that ends with this process, or when it is disposed.</summary>
    public DeathWatch() => _shell = Process.Start(new ProcessStartInfo("sh", ["-c", Script])
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardError = true,
    }) ?? throw new InvalidOperationException("sh did not start.");

    /// <summary>The one of this process.</summary>
    public static DeathWatch OfThisProcess => Ours.Value;

    /// <summary>Has a process killed when this one ends.</summary>
    public void Watch(int process) => Tell('+', process);

    /// <summary>Forgets one that has ended, before another one gets its number.</summary>
    public void Forget(int process) => Tell('-', process);

    /// <summary>Kills all that is watched, as the end of this process does.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _shell.StandardInput.Close();
        }

        _shell.WaitForExit();
        _shell.Dispose();
    }

    private void Tell(char sign, int process)
    {
        lock (_gate)
        {
            _shell.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sign} {process}"));
            _shell.StandardInput.Flush();
        }
    }
}
