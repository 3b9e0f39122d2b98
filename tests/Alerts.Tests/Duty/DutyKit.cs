namespace PingAnIoT.Alerts.Tests;

/// <summary>A ledger on a fake clock, with the commands of duty as the service runs them.</summary>
public sealed class DutyKit : IAsyncDisposable
{
    public const string Street = "d01/s03";
    public const long Second = 1_000_000;
    public const long Hour = 3600 * Second;

    public DutyKit() => Kit.Open();

    public LedgerKit Kit { get; } = new();

    public long Now => Kit.Now;

    public DutyBook Book => Kit.Ledger.Book.Duty;

    public CheckRecord LastCheck => Book.Checks.Values.Last();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static Officer Supervisor { get; } = new("boss", "d01") { Roles = OfficerRoles.Supervisor };

    public static Officer Someone(string name) => new(name, Street) { Roles = OfficerRoles.Officer };

    /// <summary>Day from 8 to 20 o'clock UTC and night: a, then b; the next day b, then a.</summary>
    public static RosterRecord DayAndNight { get; } = new()
    {
        Territory = Street, Role = OfficerRoles.Officer, Zone = "UTC", Start = new DateOnly(2026, 3, 1), RotateDays = 1,
        Shifts = [new ShiftRecord("day", 8 * 60, 20 * 60, 0), new ShiftRecord("night", 20 * 60, 8 * 60, 1)], Teams = [["a"], ["b"]],
    };

    internal async Task<CommandResult> DoAsync(Officer officer, Func<LedgerTransaction, DutyRequest, CommandResult> decide, string requestId = "", TerritoryTree? tree = null) =>
        await Kit.Ledger.DecideAsync(t => decide(t, new DutyRequest(officer, requestId, tree ?? TerritoryTree.Empty)), Cancel);

    public async Task<CommandResult> SetAsync(RosterRecord roster) => await DoAsync(Supervisor, (t, r) => RosterCommands.Set(t, r, roster));

    public async Task<CommandResult> CheckAsync(int seconds = 60, string requestId = "") =>
        await DoAsync(Supervisor, (t, r) => CheckCommands.Start(t, r, Street, OfficerRoles.Officer, seconds * Second, Kit.Ledger.Alarm), requestId);

    public async Task<CommandResult> AnswerAsync(string name, long id) => await DoAsync(Someone(name), (t, r) => CheckCommands.Reply(t, r, id, "here", Kit.Ledger.Alarm));

    /// <summary>Time goes on second by second, with a sweep at each.</summary>
    public async Task SecondsAsync(int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            Kit.Fake.Advance(TimeSpan.FromSeconds(1));
            await Kit.Ledger.SweepAsync(Cancel);
        }
    }

    public async Task AdvanceAsync(TimeSpan time)
    {
        Kit.Fake.Advance(time);
        await Kit.Ledger.SweepAsync(Cancel);
    }

    public ValueTask DisposeAsync() => Kit.DisposeAsync();
}
