using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary>The database that <see cref="LedgerSection"/> names.</summary>
public static class LedgerPlace
{
    private const string Key = "PingAn:Ledger:Postgres";
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <returns>The PostgreSQL database, null for SQLite; and what is wrong, which shows nothing secret.</returns>
    public static (PostgresPlace? Place, IReadOnlyList<string> Errors) Of(LedgerSection section)
    {
        if (section.PostgresFile.Length == 0)
        {
            return section.Postgres.Length == 0 ? (null, []) : Read(Key, section.Postgres);
        }

        if (section.Postgres.Length > 0)
        {
            return (null, [$"{Key} and {Key}File are both set: set one."]);
        }

        if (!File.Exists(section.PostgresFile))
        {
            return (null, [$"{Key}File names a file that is not there: '{section.PostgresFile}'."]);
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(section.PostgresFile) & Others) != UnixFileMode.None)
        {
            return (null, [$"{Key}File names a file that others may read: chmod 600 '{section.PostgresFile}'."]);
        }

        return Read(Key + "File", File.ReadAllText(section.PostgresFile).Trim());
    }

    private static (PostgresPlace? Place, IReadOnlyList<string> Errors) Read(string key, string text)
    {
        var (place, error) = PostgresPlace.Read(text);
        return place is null ? (null, [$"{key} {error}."]) : (place, []);
    }
}
