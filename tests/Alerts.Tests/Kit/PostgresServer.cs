using System.Diagnostics;
using System.Globalization;

namespace PingAnIoT.Alerts.Tests;

/// <summary>
/// A real PostgreSQL server of a test program's own: in a temporary folder, on a Unix socket and a loopback port that nobody else has, never as
/// root, with fsync on, and with Chinese sort order so that nothing can rest on the server's. Started when first asked for.
/// Threading: from any thread.
/// </summary>
public sealed class PostgresServer : IDisposable
{
    private const string NonRoot = "postgres";
    private readonly Lock gate = new();
    private readonly string folder = Directory.CreateTempSubdirectory("pingan-pg-").FullName;
    private string? programs;
    private int schemas;

    private string Data => Path.Combine(folder, "data");

    public int Port { get; private set; }

    /// <summary>A connection string; by the socket, or by a port of this machine.</summary>
    public string Connection(string schema, int? port = null) => string.Create(
        CultureInfo.InvariantCulture,
        $"Host={(port is null ? folder : "127.0.0.1")};Port={port ?? Port};Database=pingan;Username=pingan;Search Path={schema}");

    /// <summary>Makes a schema of its own; the test is skipped, or fails where no skip is allowed, when there is no PostgreSQL.</summary>
    public string NewSchema()
    {
        lock (gate)
        {
            if (programs is null)
            {
                Create();
            }

            var name = string.Create(CultureInfo.InvariantCulture, $"ledger_{++schemas}");
            Sql("CREATE SCHEMA " + name, user: "pingan");
            return name;
        }
    }

    /// <summary>What the server's administrator says, to the end.</summary>
    public string Sql(string sql, string user = "boss")
    {
        var (status, output) = Run(Program("psql"), ["-X", "-q", "-A", "-t", "-h", folder, "-p", Text(Port), "-U", user, "-d", "pingan", "-v", "ON_ERROR_STOP=1", "-c", sql]);
        status.Should().Be(0, output);
        return output.Trim();
    }

    /// <summary>kill -9 of the server and all its sessions at one moment, as when the machine's power goes but for the disk's cache.</summary>
    public void Kill()
    {
        var leader = File.ReadLines(Path.Combine(Data, "postmaster.pid")).First();
        Run("kill", ["-KILL", "--", "-" + leader]);
    }

    /// <summary>Starts after <see cref="Kill"/>, as soon as the killed one's memory is let go.</summary>
    public void Start()
    {
        for (var attempt = 1; ; attempt++)
        {
            var (status, output) = Run(
                Program("pg_ctl"),
                ["-D", Data, "-w", "-t", "300", "-l", Path.Combine(folder, "log"), "-o", $"-c listen_addresses=127.0.0.1 -c port={Port} -c unix_socket_directories={folder} -c shared_buffers=32MB -c max_connections=200", "start"],
                isServer: true);
            if (status == 0)
            {
                return;
            }

            (attempt < 100).Should().BeTrue("PostgreSQL does not start: {0} {1}", output, Log());
            Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System).Wait();
        }
    }

    public void Dispose()
    {
        if (programs is not null && File.Exists(Path.Combine(Data, "postmaster.pid")))
        {
            Run(Program("pg_ctl"), ["-D", Data, "-m", "immediate", "-w", "stop"], isServer: true);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static (int Status, string Output) Start(string program, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = "/",
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.GetAwaiter().GetResult());
    }

    private void Create()
    {
        var found = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")).Where(d => File.Exists(Path.Combine(d, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault()
            : null;
        if (found is null)
        {
            const string Reason = "PostgreSQL is not installed (Debian package postgresql-15)";
            (Environment.GetEnvironmentVariable("PINGAN_NO_SKIP") == "1").Should().BeFalse(Reason);
            Assert.Skip(Reason);
        }

        Port = FreePort();
        programs = found;
        if (Environment.IsPrivilegedProcess)
        {
            Run("chown", [NonRoot, folder]);
        }

        var (status, output) = Run(
            Program("initdb"), ["-D", Data, "-U", "boss", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=zh", "-N"], isServer: true);
        status.Should().Be(0, output);
        Start();
        Run(Program("psql"), ["-X", "-q", "-h", folder, "-p", Text(Port), "-U", "boss", "-d", "postgres", "-c", "CREATE ROLE pingan LOGIN", "-c", "CREATE DATABASE pingan OWNER pingan"]);
        Sql("CREATE EXTENSION amcheck; GRANT EXECUTE ON FUNCTION bt_index_check(regclass, boolean) TO pingan");
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    private string Log() => File.Exists(Path.Combine(folder, "log")) ? File.ReadAllText(Path.Combine(folder, "log")) : "";

    private string Program(string name) => Path.Combine(programs!, name);

    /// <summary>The server's own programs refuse to run as root.</summary>
    private static (int Status, string Output) Run(string program, IEnumerable<string> arguments, bool isServer = false) =>
        isServer && Environment.IsPrivilegedProcess ? Start("runuser", ["-u", NonRoot, "--", program, .. arguments]) : Start(program, arguments);
}
