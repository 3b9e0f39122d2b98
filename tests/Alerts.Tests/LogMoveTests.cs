using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>The ledger's log is moved into its file beside the writer: nobody's alert waits for it, and the log does not grow for ever.</summary>
public sealed class LogMoveTests
{
    private const int AlertsAMove = 1_000;

    [Fact]
    public async Task While_the_log_is_moved_alerts_are_committed_and_then_it_begins_anew()
    {
        using var begun = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);
        await using var kit = new LedgerKit();
        kit.Options = kit.Options with
        {
            BeforeStep = step =>
            {
                if (step == "move")
                {
                    begun.Release();
                    goOn.Wait(TimeSpan.FromSeconds(120));
                }
            },
        };
        kit.Open();
        var raised = 0;
        await UntilMovedAsync();
        await RaiseAsync(100);
        kit.Ledger.Book.Alerts.Should().HaveCount(raised, "the writer waits for no move");
        goOn.Release();

        var log = Path.Combine(kit.Folder, SqliteDatabase.FileName + "-wal");
        var first = new FileInfo(log).Length;
        for (var i = 0; i < 5; i++)
        {
            await UntilMovedAsync();
            goOn.Release();
        }

        new FileInfo(log).Length.Should().BeLessThan(4 * first, "it has begun anew, more than once");
        await kit.CloseAsync();
        (File.Exists(log) ? new FileInfo(log).Length : 0).Should().Be(0);
        LedgerVerifier.Verify(kit.Options).Findings.Should().BeEmpty();

        async Task UntilMovedAsync()
        {
            do
            {
                await RaiseAsync(AlertsAMove / 10);
            }
            while (!await begun.WaitAsync(0, TestContext.Current.CancellationToken));
        }

        async Task RaiseAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                kit.Ledger.Post(new Plant($"p{raised++}").To(Severity.Red, kit.Now));
            }

            await kit.FlushAsync();
        }
    }

    [Fact]
    public async Task A_move_that_the_disk_refuses_loses_nothing_and_is_made_again()
    {
        var moves = 0;
        await using var kit = new LedgerKit();
        kit.Options = kit.Options with
        {
            BeforeStep = step =>
            {
                if (step == "move" && Interlocked.Increment(ref moves) == 1)
                {
                    throw new IOException("No space left on device");
                }
            },
        };
        kit.Open();
        var raised = 0;
        while (Volatile.Read(ref moves) < 2 && raised < 20 * AlertsAMove)
        {
            for (var i = 0; i < AlertsAMove / 10; i++)
            {
                kit.Ledger.Post(new Plant($"p{raised++}").To(Severity.Red, kit.Now));
            }

            await kit.FlushAsync();
        }

        moves.Should().BeGreaterThanOrEqualTo(2);
        kit.Ledger.Book.Alerts.Should().HaveCount(raised);
        await kit.CloseAsync();
        LedgerVerifier.Verify(kit.Options).Findings.Should().BeEmpty();
    }
}
