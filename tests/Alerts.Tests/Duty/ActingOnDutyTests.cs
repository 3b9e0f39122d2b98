using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>What is said to who acts on an alert and is not on duty for it.</summary>
public sealed class ActingOnDutyTests
{
    private static readonly TerritoryTree Tree = new([new("d01", "", "", []), new("d01/s03", "", "", []), new("d01/s03/c07", "", "", []), new("d01/s04", "", "", [])]);

    /// <summary>In d01/s03 a is on duty from 8 to 20 o'clock and nobody after; its neighbour is d01/s04.</summary>
    [Theory]
    [InlineData(9, "a", "You are not on duty there now; on duty: a.")]
    [InlineData(21, "chen", "You are not on duty there now.")]
    public async Task Names_of_places_that_are_not_his_are_not_told(int hour, string onDuty, string told)
    {
        await using var kit = new DutyKit();
        await kit.SetAsync(DutyKit.DayAndNight with { Shifts = [DutyKit.DayAndNight.Shifts[0]] });
        await kit.SetAsync(DutyKit.DayAndNight with { Territory = "d01/s04", Teams = [["chen"]], Shifts = [new ShiftRecord("all", 0, 24 * 60, 0)] });
        kit.Kit.Ledger.Post(new Plant { Device = new DeviceRecord { Device = "gp-1", Kind = 0, Gateways = ["gw-7"], Territory = DutyKit.Street } }.To(Severity.Yellow, kit.Now));
        await kit.Kit.FlushAsync();
        await kit.AdvanceAsync(TimeSpan.FromHours(hour - 8));
        var duty = new ActingOnDuty(kit.Kit.Ledger, () => Tree, refuses: true, kit.Kit.Clock);
        var found = duty.Look(DutyKit.Someone("wu"), "/pingan.alerts.v1.AlertService/Comment", Need.Act, new V1.CommentRequest { Id = kit.Kit.OnlyAlert().Id });
        found.Should().BeEquivalentTo(new { OnDuty = new[] { onDuty }, IsRefused = true, Told = told });
    }
}
