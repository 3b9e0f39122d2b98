using Microsoft.Data.Sqlite;

namespace PingAnIoT.EndToEnd;

/// <summary><c>pinganiot verify</c> finds any changed, missing or swapped row.</summary>
public sealed class VerifyTests
{
    [Fact]
    public async Task Verify_finds_every_changed_missing_or_swapped_row()
    {
        await using var server = new PlannedServer("verify");
        await server.StartAsync();
        await using (var fleet = new PlannedFleet(server.Mqtt, [new PlannedLoad(0, n => n, 3_000, 0), new PlannedLoad(1, n => n, 3_000, 0)]))
        {
            await fleet.DoneAsync(TimeSpan.FromSeconds(120));
        }

        await server.StopAsync();
        var rows = LedgerContents.Read(server.Data).Count;
        rows.Should().BeGreaterThan(6);
        var whole = await PinganProcess.VerbAsync("verify", "--data", server.Data);
        whole.ExitCode.Should().Be(0, whole.ToString());

        var file = LedgerContents.File(server.Data);
        var original = await File.ReadAllBytesAsync(file);
        var missed = new List<string>();
        var changes = Changes(rows).ToList();
        foreach (var (name, sql) in changes)
        {
            Tamper(file, sql);
            if ((await PinganProcess.VerbAsync("verify", "--data", server.Data)).ExitCode == 0)
            {
                missed.Add(name);
            }

            File.Delete(file + "-wal");
            File.Delete(file + "-shm");
            await File.WriteAllBytesAsync(file, original);
        }

        ThreatLine.Print("Show 7", changes.Count, missed.Count);
        missed.Should().BeEmpty();
    }

    private static IEnumerable<(string Name, string Sql)> Changes(int rows)
    {
        foreach (var seq in new[] { 1, rows / 2, rows })
        {
            foreach (var set in new[] { "time = time + 1", "kind = kind + 1", "alert = alert || 'x'", "actor = 'someone else'", "key = key || 'x'", "body = replace(body, '1', '2')", "prev = zeroblob(31)", "hash = randomblob(32)" })
            {
                yield return ($"row {seq}: {set}", $"UPDATE entry SET {set} WHERE seq = {seq}");
            }

            yield return ($"row {seq} missing", $"DELETE FROM entry WHERE seq = {seq}");
        }

        yield return ("last three missing", $"DELETE FROM entry WHERE seq > {rows - 3}");
        yield return ("rows swapped", "UPDATE entry SET seq = -1 WHERE seq = 2; UPDATE entry SET seq = 2 WHERE seq = 3; UPDATE entry SET seq = 3 WHERE seq = -1");
        yield return ("bodies swapped", "UPDATE entry SET body = (SELECT group_concat(b.body) FROM entry b WHERE b.seq = 5 - entry.seq) WHERE seq IN (2, 3)");
    }

    private static void Tamper(string file, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "DROP TRIGGER IF EXISTS entry_keeps; DROP TRIGGER IF EXISTS entry_stays; " + sql;
        command.ExecuteNonQuery();
    }
}
