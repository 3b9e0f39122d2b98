using System.Globalization;
using Microsoft.Extensions.Logging;

namespace PingAnIoT.Ingest;

/// <summary>
/// The credentials file, looked at again at most once a second when somebody logs in. A file with one bad line is not taken:
/// the credentials before it stay. Threading: any thread.
/// </summary>
internal sealed class CredentialFile
{
    private readonly string path;
    private readonly int roundsMinimum;
    private readonly ILogger logger;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private volatile Dictionary<string, PasswordHash> credentials = new(StringComparer.Ordinal);
    private (DateTime Written, long Length) version;
    private long lookAgainAt;

    public CredentialFile(string path, int roundsMinimum, ILogger logger, TimeProvider time)
    {
        this.path = path;
        this.roundsMinimum = roundsMinimum;
        this.logger = logger;
        this.time = time;
        Refresh();
    }

    public PasswordHash? Find(string gateway)
    {
        Refresh();
        return credentials.GetValueOrDefault(gateway);
    }

    /// <summary>Writes the file anew beside itself and exchanges it; only its owner may read it.</summary>
    public static void Set(string path, string gateway, string hash)
    {
        var lines = File.Exists(path) ? File.ReadAllLines(path).Where(line => !line.StartsWith(gateway + ":", StringComparison.Ordinal)) : [];
        var next = path + ".new";
        var create = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var stream = new FileStream(next, create))
        using (var writer = new StreamWriter(stream))
        {
            foreach (var line in lines.Append($"{gateway}:{hash}"))
            {
                writer.Write(line + "\n");
            }

            writer.Flush();
            stream.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
    }

    private void Refresh()
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            if (now < lookAgainAt)
            {
                return;
            }

            lookAgainAt = now + time.TimestampFrequency;
            try
            {
                var info = new FileInfo(path);
                var current = (info.LastWriteTimeUtc, info.Length);
                if (current == version)
                {
                    return;
                }

                version = current;
                Read(File.ReadAllLines(path));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                EdgeLog.CredentialsBad(logger, exception.Message);
            }
        }
    }

    private void Read(string[] lines)
    {
        var next = new Dictionary<string, PasswordHash>(StringComparer.Ordinal);
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length == 0 || lines[i][0] == '#')
            {
                continue;
            }

            var colon = lines[i].IndexOf(':', StringComparison.Ordinal);
            var name = colon < 0 ? "" : lines[i][..colon];
            var hash = PasswordHash.TryParse(lines[i][(colon + 1)..], roundsMinimum);
            if (!MqttText.IsName(name) || hash is null || !next.TryAdd(name, hash))
            {
                EdgeLog.CredentialsBad(logger, string.Create(
                    CultureInfo.InvariantCulture, $"line {i + 1} is not NAME:pbkdf2-sha256$ROUNDS$SALT$HASH, has too few rounds, or names a gateway again"));
                return;
            }
        }

        credentials = next;
        EdgeLog.CredentialsRead(logger, next.Count);
    }
}
