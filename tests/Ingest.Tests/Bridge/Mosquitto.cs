using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace PingAnIoT.Ingest.Tests;

/// <summary>A real mosquitto on a port of its own, that keeps its sessions on disk.</summary>
internal sealed partial class Mosquitto : IDisposable
{
    private const string Executable = "/usr/sbin/mosquitto";
    private const int Terminate = 15;
    private readonly string folder = Directory.CreateTempSubdirectory("pingan-mosquitto-").FullName;
    private Process? process;

    private Mosquitto(string[] settings)
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        Port = ((IPEndPoint)probe.LocalEndpoint).Port;
        File.WriteAllText(
            Path.Combine(folder, "mosquitto.conf"),
            $"""
            listener {Port} 127.0.0.1
            allow_anonymous true
            persistence true
            persistence_location {folder}/
            max_queued_messages 0
            log_dest none
            user {Environment.UserName}
            {string.Join('\n', settings)}
            """);
    }

    public int Port { get; }

    /// <summary>Skips the test where there is none to be had.</summary>
    /// <param name="settings">Further lines of its configuration, those of the listener.</param>
    public static async Task<Mosquitto> StartAsync(params string[] settings)
    {
        if (!File.Exists(Executable))
        {
            const string reason = "mosquitto is not installed (apt-get install mosquitto)";
            Assert.SkipUnless(Environment.GetEnvironmentVariable("PINGAN_NO_SKIP") == "1", reason);
            Assert.Fail(reason);
        }

        var mosquitto = new Mosquitto(settings);
        await mosquitto.RunAsync();
        return mosquitto;
    }

    public async Task RunAsync()
    {
        process = Process.Start(new ProcessStartInfo(Executable, ["-c", Path.Combine(folder, "mosquitto.conf")]) { UseShellExecute = false, RedirectStandardError = true })!;
        await Until(
            () =>
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    socket.Connect(IPAddress.Loopback, Port);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            },
            "mosquitto listens");
    }

    /// <summary>Asks it to end, upon which it writes its sessions down.</summary>
    public async Task StopAsync()
    {
        if (kill(process!.Id, Terminate) == 0)
        {
            await process.WaitForExitAsync();
        }

        process.Dispose();
        process = null;
    }

    public void Dispose()
    {
        if (process is not null)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Waits, at most a minute, for what another process does.</summary>
    public static async Task Until(Func<bool> condition, string what)
    {
        var attempts = 0;
        while (!condition())
        {
            (++attempts).Should().BeLessThan(3_000, what);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    [LibraryImport("libc")]
    private static partial int kill(int processId, int signal);
}
