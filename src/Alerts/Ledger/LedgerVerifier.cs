using System.Data.Common;
using System.Globalization;
using System.Text.Json;

namespace PingAnIoT.Alerts;

/// <summary>What a check of the whole ledger found.</summary>
/// <param name="Entries">How many entries the file has.</param>
/// <param name="FirstBadSequence">The first entry that is changed, missing or out of place; null when the chain is whole.</param>
/// <param name="Findings">In plain words; empty when all is well.</param>
public sealed record VerifyReport(long Entries, long? FirstBadSequence, IReadOnlyList<string> Findings)
{
    public bool IsSound => Findings.Count == 0;

    /// <summary>True when all that was found is what the ledger itself has on record, such as that its head was missing at a start.</summary>
    public bool IsAsWritten { get; init; } = Findings.Count == 0;
}

/// <summary>
/// Checks everything there is: the file's structure, the schema, every hash, the tail, and that folding all entries again gives the book
/// and the deadlines that are stored. May run beside the server (one long read) or without it.
/// </summary>
public static class LedgerVerifier
{
    private const int MostFindings = 20;

    /// <param name="folder">The folder of <see cref="LedgerOptions.Folder"/>, with the ledger in SQLite.</param>
    public static VerifyReport Verify(string folder) => Verify(new LedgerOptions { Folder = folder });

    public static VerifyReport Verify(LedgerOptions ledger)
    {
        // Before the database: the writer writes it after, so what is read here is never ahead of what is read there.
        var head = LedgerHead.Read(ledger.Folder);
        return Verify(ledger.Database, head);
    }

    internal static VerifyReport Verify(ILedgerDatabase database, LedgerHead.Value? head)
    {
        if (!database.IsThere)
        {
            return new VerifyReport(0, null, [$"There is no {database.Place}."]);
        }

        var findings = new List<string>();
        var chain = new ChainCheck(findings);
        try
        {
            using var connection = database.OpenReader();
            database.BeginView(connection);
            findings.AddRange(database.Examine(connection, MostFindings));
            chain.Run(connection, head);
            BookCheck.Run(connection, chain.Book, findings);
        }
        catch (Exception damage) when (damage is DbException or LedgerException or InvalidCastException or FormatException or OverflowException)
        {
            chain.MarkBad(chain.Entries + 1, "the ledger cannot be read on: " + damage.Message);
        }

        return new VerifyReport(chain.Entries, chain.FirstBad, findings.Count > MostFindings ? findings[..MostFindings] : findings)
        {
            IsAsWritten = findings.Count == chain.OnRecord,
        };
    }

    /// <summary>Walks all entries in order of sequence and folds them on the way.</summary>
    private sealed class ChainCheck(List<string> findings)
    {
        public long Entries { get; private set; }

        public long? FirstBad { get; private set; }

        /// <summary>How many of the findings the ledger itself has on record.</summary>
        public int OnRecord { get; private set; }

        public RefoldedBook Book { get; } = new();

        public void MarkBad(long sequence, string what)
        {
            FirstBad = FirstBad is null || sequence < FirstBad ? sequence : FirstBad;
            findings.Add(string.Create(CultureInfo.InvariantCulture, $"entry {sequence}: {what}"));
        }

        public void Run(DbConnection connection, LedgerHead.Value? head)
        {
            var previous = HashChain.Start;
            var expected = 1L;
            var headSeen = head is { Sequence: 0 };
            using var command = connection.CreateCommand();
            command.CommandText = $"SELECT {LedgerRows.EntryColumns} FROM entry ORDER BY seq";
            using var row = command.ExecuteReader();
            while (row.Read())
            {
                var (raw, hash) = LedgerRows.ReadRaw(row);
                Check(raw, hash, previous, expected);
                if (head is { } value && value.Sequence == raw.Sequence)
                {
                    headSeen = true;
                    if (!value.Hash.AsSpan().SequenceEqual(hash))
                    {
                        MarkBad(raw.Sequence, "its hash is not the one in ledger.head");
                    }
                }

                Fold(raw, hash);
                previous = hash;
                expected = raw.Sequence + 1;
                Entries = raw.Sequence;
            }

            if (head is null)
            {
                findings.Add("ledger.head is missing or unreadable: nobody can say that the tail is not cut off");
            }
            else if (!headSeen)
            {
                MarkBad(Entries + 1, string.Create(
                    CultureInfo.InvariantCulture, $"the tail is missing: entry {head.Value.Sequence} was written, the file ends at {Entries}"));
            }
        }

        private void Check(in RawEntry raw, byte[] hash, byte[] previous, long expected)
        {
            if (FirstBad is not null)
            {
                return;
            }

            if (raw.Sequence != expected)
            {
                MarkBad(expected, "it is missing");
            }
            else if (!raw.Previous.AsSpan().SequenceEqual(previous))
            {
                MarkBad(raw.Sequence, "it does not follow the entry before it");
            }
            else if (!HashChain.Hash(raw).AsSpan().SequenceEqual(hash))
            {
                MarkBad(raw.Sequence, "it is not what was written");
            }
        }

        private void Fold(in RawEntry raw, byte[] hash)
        {
            if (FirstBad is not null)
            {
                return;
            }

            var entry = LedgerRows.FromRaw(raw, hash);
            if (entry is { Kind: EntryKind.TailMissing, Body.MissingTail: { } missing })
            {
                OnRecord++;
                findings.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"entry {entry.Sequence} records that at a start {(missing.Sequence == 0 ? "ledger.head was missing" : $"the entries up to {missing.Sequence} were missing")}"));
            }

            Book.Apply(entry);
        }
    }

    /// <summary>All alerts there ever were, folded in the plainest way.</summary>
    private sealed class RefoldedBook
    {
        public Dictionary<string, Alert> Alerts { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, long> Delivered { get; } = new(StringComparer.Ordinal);

        public NoticeFold Notices { get; } = new();

        public void Apply(LedgerEntry entry)
        {
            Follow(entry);
            Notices.Apply(entry, Alerts.GetValueOrDefault(entry.AlertId));
        }

        private void Follow(LedgerEntry entry)
        {
            if (entry is { Kind: EntryKind.Delivered, Body.UpTo: { } upTo })
            {
                Delivered[entry.Actor] = upTo;
            }
            else if (entry is { Kind: EntryKind.ClockStepped, Body.ShiftMicros: { } shift })
            {
                foreach (var alert in Alerts.Values.Where(a => a.IsLive).ToArray())
                {
                    Alerts[alert.Id] = AlertFold.Shift(alert, shift);
                }
            }
            else if (AlertFold.Apply(Alerts.GetValueOrDefault(entry.AlertId), entry) is { } after)
            {
                Alerts[after.Id] = after;
            }
        }
    }

    /// <summary>Holds the stored book against the one folded from the entries.</summary>
    private static class BookCheck
    {
        public static void Run(DbConnection connection, RefoldedBook book, List<string> findings)
        {
            var stored = 0;
            foreach (var (id, live, first, last, state) in LedgerRows.Query(
                connection, "SELECT id, live, first, last, state FROM alert",
                r => (r.GetString(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3), r.GetString(4))))
            {
                stored++;
                if (!book.Alerts.TryGetValue(id, out var alert) || (live == 1) != alert.IsLive || first != alert.FirstSequence
                    || last != alert.LastSequence || state != JsonSerializer.Serialize(alert, AlertsJson.Readable.Alert))
                {
                    findings.Add($"book: alert {id} is not what its entries make it");
                }
            }

            if (stored != book.Alerts.Count)
            {
                findings.Add($"book: {stored} alerts are stored, the entries make {book.Alerts.Count}");
            }

            Compare(
                "deadlines", findings,
                LedgerRows.Query(
                    connection, "SELECT alert, step, level, round, due FROM deadline",
                    r => Deadline(r.GetString(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4))),
                book.Alerts.Values.SelectMany(a => a.Deadlines.Select(d => Deadline(a.Id, (long)d.Step, d.Level, d.Round, d.DueMicros))));
            Compare(
                "deliveries", findings,
                LedgerRows.Query(connection, "SELECT officer, up_to FROM delivery", r => $"{r.GetString(0)}={r.GetInt64(1)}"),
                book.Delivered.Select(d => $"{d.Key}={d.Value}"));
            Compare(
                "causes of notices", findings,
                LedgerRows.Query(connection, "SELECT lane, seq FROM notice", r => NoticeFold.Cause(r.GetInt64(0), r.GetInt64(1))), book.Notices.Causes);
            Compare(
                "notices", findings,
                LedgerRows.Query(
                    connection, "SELECT key, lane, due, attempt, dead, body FROM card",
                    r => NoticeFold.CardRow(r.GetString(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4), r.GetString(5))),
                book.Notices.Cards);
        }

        private static string Deadline(string alert, long step, long level, long round, long due) =>
            string.Create(CultureInfo.InvariantCulture, $"{alert}/{step}/{level}/{round}={due}");

        private static void Compare(string what, List<string> findings, IEnumerable<string> stored, IEnumerable<string> folded)
        {
            if (!stored.Order(StringComparer.Ordinal).SequenceEqual(folded.Order(StringComparer.Ordinal), StringComparer.Ordinal))
            {
                findings.Add($"book: the stored {what} are not what the entries make them");
            }
        }
    }
}
