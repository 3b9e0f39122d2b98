using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>A backup of either database restores into either, and is the same ledger to the last hash.</summary>
public class BackupTests
{
    private const int Seed = 909;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_backup_while_the_ledger_is_written_is_one_moment_of_it_and_restores_to_the_same_book()
    {
        await using var kit = new LedgerKit();
        kit.Options = kit.Options with { KeepsNotices = true };
        var ledger = kit.Open();
        var lives = Plant.RandomLives(new Random(Seed), devices: 60, transitions: 3000, kit.Now);
        lives[..1000].ForEach(ledger.Post);
        await kit.FlushAsync();
        await ledger.ConfirmDeliveryAsync(new Officer("王"), 100, Cancel);
        var writing = Task.Run(() => lives[1000..].ForEach(ledger.Post), Cancel);
        var file = Path.Combine(kit.Folder, "one.backup");
        var taken = LedgerBackup.Take(kit.Options, file, kit.Clock);
        await writing;
        await kit.FlushAsync();
        taken.Findings.Should().BeEmpty();
        taken.Entries.Should().BeGreaterThanOrEqualTo(1000);
        var entries = await kit.EntriesAsync();
        taken.HeadHash.Should().Be(Convert.ToHexStringLower(entries[(int)taken.Entries - 1].Hash.Span));

        await using var target = new LedgerKit();
        var restored = LedgerBackup.Restore(file, target.Options);
        restored.Should().BeEquivalentTo(taken);
        target.Options = target.Options with { KeepsNotices = true };
        var again = target.Open();
        again.Health.IsSound.Should().BeTrue();
        again.Book.Sequence.Should().Be(taken.Entries);

        // The journal's tail comes again after a restore: what the backup has is absorbed, the rest is entered as it was.
        lives.ForEach(again.Post);
        await target.FlushAsync();
        Transitions(await target.EntriesAsync()).Should().Equal(Transitions(entries));
        await target.CloseAsync();
        LedgerVerifier.Verify(target.Options).Findings.Should().BeEmpty();
    }

    [Fact]
    public async Task A_backup_is_restored_into_an_empty_ledger_alone_and_never_written_over()
    {
        await using var kit = new LedgerKit();
        kit.Open().Post(new Plant().To(Severity.Red, kit.Now));
        await kit.FlushAsync();
        var file = Path.Combine(kit.Folder, "one.backup");
        LedgerBackup.Take(kit.Options, file, kit.Clock).Entries.Should().Be(1);
        kit.Invoking(k => LedgerBackup.Take(k.Options, file, k.Clock)).Should().Throw<IOException>().WithMessage("*is there already*");
        await kit.CloseAsync();
        kit.Invoking(k => LedgerBackup.Restore(file, k.Options)).Should().Throw<LedgerException>().WithMessage("*has 1 entries already*");
        LedgerVerifier.Verify(kit.Options).Findings.Should().BeEmpty("nothing was touched");
    }

    [Fact]
    public async Task A_backup_that_was_changed_is_not_restored()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        Plant.RandomLives(new Random(Seed), devices: 20, transitions: 200, kit.Now).ForEach(ledger.Post);
        await kit.FlushAsync();
        var file = Path.Combine(kit.Folder, "one.backup");
        LedgerBackup.Take(kit.Options, file, kit.Clock);
        foreach (var sql in (string[])
        [
            "DROP TRIGGER entry_keeps; UPDATE entry SET actor = 'x' WHERE seq = 7", "DROP TABLE backup", "UPDATE backup SET entries = entries + 1",
            "DROP TRIGGER entry_stays; DELETE FROM entry WHERE seq > 150; CREATE TRIGGER entry_stays BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
            "DELETE FROM alert",
        ])
        {
            var changed = file + ".changed";
            File.Copy(file, changed, overwrite: true);
            using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={changed};Pooling=False"))
            {
                connection.Open();
                connection.Run(sql);
            }

            await using var target = new LedgerKit();
            target.Invoking(t => LedgerBackup.Restore(changed, t.Options)).Should().Throw<LedgerException>(sql).WithMessage("*is not restored*");
            target.Open().Book.Sequence.Should().Be(0);
        }

        kit.Invoking(k => LedgerBackup.Restore(Path.Combine(k.Folder, "nothing"), k.Options)).Should().Throw<LedgerException>().WithMessage("*There is no*");
    }

    /// <summary>In order of each series: of different ones the red may have overtaken others, or not.</summary>
    private static IEnumerable<string> Transitions(IEnumerable<LedgerEntry> entries) =>
        entries.Where(e => e.Body.Transition is not null).OrderBy(e => e.Body.Transition!.Series, StringComparer.Ordinal).Select(e => e.Key);
}
