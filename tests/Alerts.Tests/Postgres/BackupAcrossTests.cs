using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

[OnPostgres]
public sealed class BackupOnPostgresTests : BackupTests
{
    [Fact]
    public async Task From_SQLite_to_PostgreSQL_and_back_it_is_the_same_ledger_to_the_last_hash()
    {
        await using var kit = new LedgerKit();
        var sqlite = kit.Options with { Postgres = null, KeepsNotices = true };
        var postgres = kit.Options with { Folder = Path.Combine(kit.Folder, "there") };
        var back = sqlite with { Folder = Path.Combine(kit.Folder, "back") };
        kit.Options = sqlite;
        var ledger = kit.Open();
        Plant.RandomLives(new Random(11), devices: 80, transitions: 1500, kit.Now).ForEach(ledger.Post);
        await kit.FlushAsync();

        // A text that no sort order but that of bytes puts in its place.
        ledger.Post(new Plant("Ä\u2028ключ", "气").To(Severity.Yellow, kit.Now));
        await kit.FlushAsync();
        kit.Fake.Advance(TimeSpan.FromMinutes(3));
        await ledger.SweepAsync(TestContext.Current.CancellationToken);
        await kit.CloseAsync();

        var first = LedgerBackup.Take(sqlite, Path.Combine(kit.Folder, "1"), kit.Clock);
        var there = LedgerBackup.Restore(Path.Combine(kit.Folder, "1"), postgres);
        var second = LedgerBackup.Take(postgres, Path.Combine(kit.Folder, "2"), kit.Clock);
        var home = LedgerBackup.Restore(Path.Combine(kit.Folder, "2"), back);
        first.Findings.Should().BeEmpty();
        new[] { there, second, home }.Should().AllBeEquivalentTo(first);
        LedgerVerifier.Verify(postgres).Findings.Should().BeEmpty();
        kit.Options = back;
        kit.Open().Health.IsSound.Should().BeTrue();
    }
}
