using System.Globalization;
using System.Text;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>
/// T-27: whatever is changed in the ledger's files is found by <see cref="LedgerVerifier"/>, or it was in bytes that nobody reads:
/// then all that can be read of the ledger is exactly what it was.
/// </summary>
public sealed class TamperTests : IDisposable
{
    private const int Seed = 2727;
    private readonly TempFolder temp = new("tamper");
    private int copies;

    public void Dispose() => temp.Dispose();

    [Fact]
    public async Task T27_random_bit_flips_in_database_log_and_head_are_found_or_change_nothing()
    {
        var flips = int.Parse(Environment.GetEnvironmentVariable("PINGAN_BIT_FLIPS") ?? "400", CultureInfo.InvariantCulture);
        await using var kit = new LedgerKit();
        var closed = await MakeAsync(kit, copyWhileOpen: false);
        await using var other = new LedgerKit();
        var running = await MakeAsync(other, copyWhileOpen: true);
        File.Exists(Path.Combine(running, SqliteDatabase.FileName + "-wal")).Should().BeTrue();

        var random = new Random(Seed);
        var unseen = new List<string>();
        var found = 0;
        var originals = new[] { closed, running }.ToDictionary(f => f, ReadAll);
        for (var i = 0; i < flips; i++)
        {
            var source = i % 2 == 0 ? closed : running;
            var folder = Copy(source);
            var files = new DirectoryInfo(folder).GetFiles().Where(f => f.Length > 0).OrderBy(f => f.Name, StringComparer.Ordinal).ToArray();
            var file = files[random.Next(files.Length)];
            var bytes = File.ReadAllBytes(file.FullName);
            var bit = random.NextInt64(bytes.Length * 8L);
            bytes[bit / 8] ^= (byte)(1 << (int)(bit % 8));
            File.WriteAllBytes(file.FullName, bytes);
            if (!LedgerVerifier.Verify(folder).IsSound)
            {
                found++;
            }
            else if (ReadAll(folder) != originals[source])
            {
                unseen.Add($"{file.Name} bit {bit}");
            }

            Directory.Delete(folder, recursive: true);
        }

        Threat.Report("T-27", flips, unseen.Count, $"bit flips; seed {Seed}, {found} found, {flips - found} in unused bytes");
        unseen.Should().BeEmpty();
        found.Should().BeGreaterThan(flips / 3);
    }

    [Fact]
    public async Task T27_edited_swapped_removed_and_added_rows_are_found_with_their_sequence()
    {
        await using var kit = new LedgerKit();
        var made = await MakeAsync(kit, copyWhileOpen: false);
        var entries = LedgerVerifier.Verify(made).Entries;
        (string Name, string Sql, long? FirstBad)[] edits =
        [
            ("time", "UPDATE entry SET time = time + 1 WHERE seq = 40", 40),
            ("kind", "UPDATE entry SET kind = 5 WHERE seq = 41", 41),
            ("alert", "UPDATE entry SET alert = (SELECT alert FROM entry WHERE seq = 1) WHERE seq = 42", 42),
            ("actor", "UPDATE entry SET actor = 'somebody' WHERE seq = 43", 43),
            ("key", "UPDATE entry SET key = key || 'x' WHERE seq = 44", 44),
            ("body", "UPDATE entry SET body = replace(body, '481.5', '401.5') WHERE seq = 45", 45),
            ("previous hash", "UPDATE entry SET prev = zeroblob(32) WHERE seq = 46", 46),
            ("hash", "UPDATE entry SET hash = zeroblob(32) WHERE seq = 47", 47),
            ("first removed", "DELETE FROM entry WHERE seq = 1", 1),
            ("one removed", "DELETE FROM entry WHERE seq = 100", 100),
            ("tail cut off", "DELETE FROM entry WHERE seq > 200", 201),
            ("last removed", $"DELETE FROM entry WHERE seq = {entries}", entries),
            ("all removed", "DELETE FROM entry", 1),
            ("two swapped", "UPDATE entry SET seq = -1 WHERE seq = 50; UPDATE entry SET seq = 50 WHERE seq = 51; UPDATE entry SET seq = 51 WHERE seq = -1", 50),
            ("one added", $"INSERT INTO entry SELECT seq + 1, time, kind, alert, actor, 'new', body, hash, hash FROM entry WHERE seq = {entries}", entries + 1),
            ("book colour", "UPDATE alert SET state = replace(state, '\"peakColour\":3', '\"peakColour\":1')", null),
            ("book row hidden", "UPDATE alert SET live = 0 WHERE live = 1", null),
            ("book row removed", "DELETE FROM alert WHERE id = (SELECT min(id) FROM alert)", null),
            ("deadline put off", "UPDATE deadline SET due = due + 1", null),
            ("deadline removed", "DELETE FROM deadline", null),
            ("delivery invented", "INSERT INTO delivery VALUES('nobody', 3)", null),
            ("delivery changed", "UPDATE delivery SET up_to = up_to + 1", null),
        ];
        var missed = new List<string>();
        foreach (var (name, sql, firstBad) in edits)
        {
            var folder = Copy(made);
            using (var connection = new SqliteDatabase(folder).OpenWriter())
            {
                var triggers = LedgerRows.Query(connection, "SELECT sql FROM sqlite_schema WHERE type = 'trigger'", r => r.GetString(0));
                connection.Run($"DROP TRIGGER entry_keeps; DROP TRIGGER entry_stays; {sql}; {string.Join(';', triggers)}");
            }

            var report = LedgerVerifier.Verify(folder);
            if (report.IsSound || report.FirstBadSequence != firstBad)
            {
                missed.Add($"{name}: first bad {report.FirstBadSequence}, expected {firstBad}");
            }

            Directory.Delete(folder, recursive: true);
        }

        Threat.Report("T-27", edits.Length, missed.Count, "row edits");
        missed.Should().BeEmpty();
    }

    [Fact]
    public async Task A_tail_that_was_cut_off_is_said_at_the_start_and_stays_on_record()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        Plant.RandomLives(new Random(Seed), 20, 300, kit.Now).ForEach(ledger.Post);
        await kit.FlushAsync();
        var written = ledger.Book.Sequence;
        await kit.CloseAsync();
        using (var connection = new SqliteDatabase(kit.Folder).OpenWriter())
        {
            connection.Run("DROP TRIGGER entry_stays; DELETE FROM entry WHERE seq > 250;");
            connection.Run("CREATE TRIGGER entry_stays BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;");
        }

        ledger = kit.Open();
        ledger.Health.IsSound.Should().BeFalse();
        kit.Log.Lines.Should().Contain(l => l.Id == 3002);
        ledger.Post(new Plant("after").To(Severity.Red, kit.Now));
        await kit.FlushAsync();
        (await kit.EntriesAsync(EntryKind.TailMissing)).Should().ContainSingle().Which.Body.MissingTail!.Sequence.Should().Be(written);
        await kit.ReopenAsync();
        LedgerVerifier.Verify(kit.Options).Findings.Should().Contain(f => f.Contains($"up to {written} were missing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_missing_head_is_said()
    {
        await using var kit = new LedgerKit();
        var made = await MakeAsync(kit, copyWhileOpen: false);
        File.Delete(Path.Combine(made, LedgerHead.FileName));
        LedgerVerifier.Verify(made).Findings.Should().ContainSingle().Which.Should().Contain("ledger.head is missing");
    }

    [Fact]
    public async Task Entries_can_neither_be_changed_nor_removed_by_plain_SQL()
    {
        await using var kit = new LedgerKit();
        var made = await MakeAsync(kit, copyWhileOpen: false);
        using (var connection = new SqliteDatabase(made).OpenWriter())
        {
            connection.Invoking(c => c.Run("UPDATE entry SET actor = 'x'")).Should().Throw<Microsoft.Data.Sqlite.SqliteException>().WithMessage("*append-only*");
            connection.Invoking(c => c.Run("DELETE FROM entry")).Should().Throw<Microsoft.Data.Sqlite.SqliteException>().WithMessage("*append-only*");
        }
    }

    /// <summary>A ledger with every kind of row in it.</summary>
    private async Task<string> MakeAsync(LedgerKit kit, bool copyWhileOpen)
    {
        var ledger = kit.Open();
        Plant.RandomLives(new Random(Seed), 60, 450, kit.Now).ForEach(ledger.Post);
        await kit.FlushAsync();
        var n = 0;
        foreach (var alert in ledger.Book.Alerts.Values.OrderBy(a => a.Id, StringComparer.Ordinal).Take(20))
        {
            var command = new AlertCommand(alert.Id, new Officer("王"), $"k{n++}", "看到了");
            await ledger.AcknowledgeAsync(command, default);
            await ledger.CloseAsync(command with { IdempotencyKey = $"k{n++}", Officer = new Officer("李") }, Verdict.False, default);
        }

        await ledger.ConfirmDeliveryAsync(new Officer("王"), 100, default);
        kit.Fake.Advance(TimeSpan.FromMinutes(2));
        await ledger.SweepAsync(default);
        var copy = copyWhileOpen ? Copy(kit.Folder) : null;
        await kit.CloseAsync();
        copy ??= Copy(kit.Folder);
        LedgerVerifier.Verify(copy).Findings.Should().BeEmpty();
        return copy;
    }

    private string Copy(string folder)
    {
        var copy = Directory.CreateDirectory(temp.PathOf($"{++copies}")).FullName;
        foreach (var file in new DirectoryInfo(folder).GetFiles().Where(f => !f.Name.EndsWith("-shm", StringComparison.Ordinal)))
        {
            file.CopyTo(Path.Combine(copy, file.Name));
        }

        return copy;
    }

    /// <summary>Everything anybody is ever shown of it. Works on a copy, as opening changes the files.</summary>
    private string ReadAll(string folder)
    {
        var copy = Copy(folder);
        try
        {
            using var connection = new SqliteDatabase(copy).OpenReader();
            var all = new StringBuilder();
            foreach (var sql in new[]
            {
                "SELECT * FROM entry ORDER BY seq", "SELECT * FROM alert ORDER BY id", "SELECT * FROM deadline ORDER BY alert, step, level",
                "SELECT * FROM delivery ORDER BY officer", "SELECT alert, seq FROM entry ORDER BY alert, seq", "SELECT key FROM entry ORDER BY key",
                "SELECT id FROM alert WHERE live = 1 ORDER BY first", "SELECT alert, due FROM deadline ORDER BY due, alert, step",
            })
            {
                foreach (var row in LedgerRows.Query(connection, sql, r => string.Join('|', Enumerable.Range(0, r.FieldCount).Select(i => Field(r.GetValue(i))))))
                {
                    all.AppendLine(row);
                }
            }

            return all.ToString();
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    private static string Field(object value) => value is byte[] bytes ? Convert.ToHexString(bytes) : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
