using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>T-27 for the outbox: its rows are what the entries make them, and one that is changed, taken away or put there is found.</summary>
public sealed class NoticeTamperTests
{
    private static readonly (string Name, string Sql)[] Edits =
    [
        ("a cause removed", "DELETE FROM notice WHERE lane = 1"),
        ("a cause that was settled put back", "INSERT INTO notice VALUES(2, 2)"),
        ("a cause of nothing", "INSERT INTO notice VALUES(1, 999)"),
        ("a cause in the other lane", "UPDATE notice SET lane = 2 WHERE lane = 1"),
        ("since when it is kept removed", "DELETE FROM notice WHERE lane = 0"),
        ("since when it is kept moved", "UPDATE notice SET seq = seq + 1 WHERE lane = 0"),
        ("a card removed", "DELETE FROM card WHERE dead = 0"),
        ("a dead letter removed", "DELETE FROM card WHERE dead = 1"),
        ("a card put off", "UPDATE card SET due = due + 86400000000 WHERE dead = 0"),
        ("a card tried less", "UPDATE card SET attempt = 0 WHERE dead = 1"),
        ("a card called dead", "UPDATE card SET dead = 1"),
        ("a dead letter called alive", "UPDATE card SET dead = 0"),
        ("a card in the other lane", "UPDATE card SET lane = 1"),
        ("a card to another", "UPDATE card SET body = replace(body, 'chief', 'thief')"),
        ("a card over another channel", "UPDATE card SET body = replace(body, 'hook', 'calls')"),
        ("a card by another key", "UPDATE card SET key = key || 'x'"),
        ("a card put there", "INSERT INTO card SELECT key || 'x', lane, due, attempt, dead, body FROM card LIMIT 1"),
    ];

    [Fact]
    public async Task T27_changed_removed_and_added_rows_of_the_outbox_are_found()
    {
        await using var kit = new NoticeKit(NoticeTests.Yaml);
        kit.Answer = (_, _) => "status 503";
        kit.Open();
        await kit.PostAsync(kit.At("a", "d02").To(Severity.Yellow, kit.Kit.Now));
        for (var second = 0; second < 800; second++)
        {
            await kit.LookAsync(1);
        }

        await kit.PostAsync(kit.At("b", "d03").To(Severity.Yellow, kit.Kit.Now));
        await kit.LookAsync();
        await kit.PostAsync(kit.At("c", "d04").To(Severity.Red, kit.Kit.Now));
        await kit.Office.DisposeAsync();
        await kit.Kit.CloseAsync();
        LedgerVerifier.Verify(kit.Kit.Options).Findings.Should().BeEmpty();

        var missed = new List<string>();
        foreach (var (name, sql) in Edits)
        {
            using var temp = new TempFolder("outbox");
            var copy = temp.FullName;
            foreach (var file in new DirectoryInfo(kit.Kit.Folder).GetFiles())
            {
                file.CopyTo(Path.Combine(copy, file.Name));
            }

            using (var connection = new SqliteDatabase(copy).OpenWriter())
            {
                var before = connection.Scalar("SELECT total_changes()");
                connection.Run(sql);
                (connection.Scalar("SELECT total_changes()") - before).Should().BePositive(name);
            }

            if (LedgerVerifier.Verify(copy).IsSound)
            {
                missed.Add(name);
            }
        }

        Threat.Report("T-27", Edits.Length, missed.Count, "rows of the outbox");
        missed.Should().BeEmpty();
        kit.Kit.Open();
        kit.RestartOffice();
    }

    [Fact]
    public async Task What_is_raised_while_nobody_is_to_be_told_is_no_row_that_is_missing()
    {
        await using var kit = new NoticeKit(NoticeTests.Yaml);
        kit.Open();
        await kit.PostAsync(kit.At("a", "d02").To(Severity.Yellow, kit.Kit.Now));
        kit.Kit.Options = kit.Kit.Options with { KeepsNotices = false };
        await kit.Kit.ReopenAsync();
        await kit.PostAsync(kit.At("b", "d03").To(Severity.Yellow, kit.Kit.Now));
        kit.Kit.Options = kit.Kit.Options with { KeepsNotices = true };
        await kit.Kit.ReopenAsync();
        kit.RestartOffice();
        await kit.PostAsync(kit.At("c", "d04").To(Severity.Yellow, kit.Kit.Now));
        (await kit.Kit.EntriesAsync(EntryKind.NoticesKept)).Select(e => e.Body.Notice!.IsKept).Should().Equal(true, false, true);
        await kit.LookAsync();
        kit.Sent.Select(s => s.Message.Alert.Device).Should().BeEquivalentTo(["a", "c"], "several are sent at once, in no order");
        await kit.Kit.CloseAsync();
        LedgerVerifier.Verify(kit.Kit.Options).Findings.Should().BeEmpty();
    }
}
