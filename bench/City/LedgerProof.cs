using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using PingAnIoT.Simulators;

namespace PingAnIoT.Bench;

/// <summary>What a stopped server's ledger holds, against what the officer was told.</summary>
/// <param name="Changes">What the plant did: raised, changed colour, back to normal, come again.</param>
/// <param name="Doubled">Entries of one rule, series, episode and ordinal, and alerts raised while one of the same rule and series was up.</param>
/// <param name="Untold">Changes that the officer never saw, of those that were there before he left.</param>
/// <param name="ToldTwice">Changes that the officer was sent twice.</param>
internal sealed record LedgerProof(long Changes, long Doubled, long Untold, long ToldTwice)
{
    private const int Raised = 1, ReturnedToNormal = 3, Recurred = 9;

    /// <summary>The newest entry; also of a running server.</summary>
    public static long HeadOf(string data)
    {
        using var connection = Open(data);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT coalesce(max(seq), 0) FROM entry";
        return (long)command.ExecuteScalar()!;
    }

    public static LedgerProof Of(string data, IReadOnlyList<AlertSeen> seen, long toldUntil)
    {
        using var connection = Open(data);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT seq, kind, body FROM entry WHERE kind IN (1, 2, 3, 9) ORDER BY seq";
        using var rows = command.ExecuteReader();
        var identities = new HashSet<string>(StringComparer.Ordinal);
        var up = new HashSet<string>(StringComparer.Ordinal);
        var told = seen.Select(s => s.Sequence).ToHashSet();
        var (changes, doubled, untold) = (0L, 0L, 0L);
        while (rows.Read())
        {
            using var body = JsonDocument.Parse(rows.GetString(2));
            var transition = body.RootElement.GetProperty("transition");
            var alert = transition.GetProperty("ruleId").GetString() + " " + transition.GetProperty("series").GetString();
            var identity = string.Create(CultureInfo.InvariantCulture, $"{alert} {transition.GetProperty("episodeMicros").GetInt64()} {transition.GetProperty("ordinal").GetInt32()}");
            changes++;
            var isNew = identities.Add(identity) && rows.GetInt32(1) switch
            {
                Raised or Recurred => up.Add(alert),
                ReturnedToNormal => up.Remove(alert),
                _ => true,
            };
            doubled += isNew ? 0 : 1;
            untold += rows.GetInt64(0) > toldUntil || told.Contains(rows.GetInt64(0)) ? 0 : 1;
        }

        return new LedgerProof(changes, doubled, untold, seen.Count - told.Count);
    }

    private static SqliteConnection Open(string data)
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(data, "ledger", "ledger.db")};Pooling=False");
        connection.Open();
        return connection;
    }
}
