namespace PingAnIoT.Alerts.Tests;

/// <summary>Numbers that are on people's disks. A line may be added here; none may be changed or taken away.</summary>
public sealed class PersistedNumbersTests
{
    [Fact]
    public void Entry_kinds_only_grow() => Describe<EntryKind>().Should().Be(
        "Raised=1 ColourChanged=2 ReturnedToNormal=3 Acknowledged=4 Commented=5 Closed=6 Breached=7 Delivered=8 Recurred=9 ClockStepped=10 TailMissing=11 Calmed=12 ParentOver=13 Seen=20 Triaged=21 Reported=22 Dispatched=23 Arrived=24 Rectified=25 Confirmed=26 Shelved=27 Unshelved=28 OutOfService=29 ReturnedToService=30 PolicySet=31 MaintenanceOver=38 OfficerSet=40 PasswordSet=41 RosterSet=42 ShiftSwapped=43 HandedOver=44 DutyChecked=45 DutyCheckEnded=46 TerritorySet=47 OverrideSet=48 SwapAsked=49 SwapAnswered=50 HandOverTaken=51 DutyCheckReplied=52 CheckScheduleSet=53 DutyChecksMoved=54 Refused=55 ActedOffDuty=56 MaintenanceSet=57 NoticesPlanned=60 NoticeDelivered=61 NoticeFailed=62 NoticeWithdrawn=63 NoticeRetried=64 NoticesKept=65 NoticeCanary=66");

    [Fact]
    public void Work_states_only_grow() => Describe<WorkState>().Should().Be("Raised=10 Seen=15 Acknowledged=20 Triaged=24 Reported=27 Dispatched=30 Arrived=40 Rectified=50 Closed=90 ShelveEnd=200 OutOfServiceEnd=201");

    [Fact]
    public void Work_actions_only_grow() => Describe<WorkAction>().Should().Be("Acknowledge=1 Close=2 Comment=3 Dispatch=4 Arrive=5 Rectify=6 Triage=7 Report=8 Confirm=9 Shelve=10 Unshelve=11 See=12 TakeOutOfService=13 ReturnToService=14");

    [Fact]
    public void Supervisions_only_grow() => Describe<Supervision>().Should().Be("None=0 Notice=1 Interview=2 Listed=3");

    [Fact]
    public void Verdicts_only_grow() => Describe<Verdict>().Should().Be("None=0 Real=1 False=2 Test=3 Repair=4");

    [Fact]
    public void Swap_states_only_grow() => Describe<SwapState>().Should().Be("Asked=1 Agreed=2 InForce=3 Declined=4 Withdrawn=5 Refused=6");

    [Fact]
    public void Check_states_only_grow() => Describe<CheckState>().Should().Be("Open=1 Answered=2 Missed=3 Skipped=4");

    [Fact]
    public void Reasons_of_notices_only_grow() => Describe<NoticeReason>().Should().Be(
        "Raised=1 Worse=2 Reopened=3 Breached=4 Summary=5 AfterMaintenance=7 Stayed=8 Calmed=9 Ended=10 Canary=11 Trial=12 CanaryLate=13 CameBack=14 Dispatched=15 Reported=16 DutyChecked=17 SwapAsked=18 HandedOver=19 SwapAgreed=20");

    [Fact]
    public void Reasons_of_notices_on_the_wire_only_grow() => Describe<V1.NoticeReason>().Should().Be(
        "Unspecified=0 Raised=1 Worse=2 Reopened=3 Breached=4 Summary=5 Ended=6 AfterMaintenance=7 Stayed=8 Calmed=9 CameBack=10 Dispatched=11 Reported=12");

    [Fact]
    public void Lanes_of_notices_only_grow() => Describe<NoticeLane>().Should().Be("Red=1 Normal=2");

    [Fact]
    public void Causes_of_incidents_only_grow() => Describe<IncidentCause>().Should().Be("Hazard=1 Fault=2 Gateway=3 Server=4");

    [Fact]
    public void Conditions_only_grow() => Describe<AlertCondition>().Should().Be("Active=1 Normal=2");

    [Fact]
    public void The_hash_of_an_entry_is_what_it_always_was()
    {
        var raw = RawEntry.Of(7, 1_760_000_000_000_000, EntryKind.Commented, "K7QM-2XRD-9FVT", "王", "command/王/1", "{\"x\":1}"u8.ToArray(), HashChain.Start);
        Convert.ToHexStringLower(HashChain.Hash(raw)).Should().Be("e6f9f9dc218b7c7c5dbed4c87dac04b5599b0b1f4e75023b0b1277c46f1739a3");
    }

    private static string Describe<T>()
        where T : struct, Enum =>
        string.Join(' ', Enum.GetValues<T>().Select(v => $"{v}={Convert.ToInt32(v, System.Globalization.CultureInfo.InvariantCulture)}"));
}
