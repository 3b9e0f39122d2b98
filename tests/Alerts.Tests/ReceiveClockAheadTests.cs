using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

public class ReceiveClockAheadTests
{
    [Fact]
    public async Task A_receive_time_that_is_still_ahead_of_a_clock_put_right_makes_no_deadline_late()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        ledger.Post(new Plant().To(Severity.Red, kit.Now + (30L * 24 * 3600 * 1_000_000)));
        await kit.FlushAsync();
        kit.OnlyAlert().Deadlines.Single(d => d.Step == WorkState.Acknowledged).DueMicros.Should().Be(kit.Now + 60_000_000);
    }
}
