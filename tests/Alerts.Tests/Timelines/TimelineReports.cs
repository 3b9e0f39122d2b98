using System.Globalization;

namespace PingAnIoT.Alerts.Tests;

/// <summary>What reports say in a scenario, of the day, week, month or quarter that it is then: <c>daily report: raised 3, closed 1, left 2</c>.</summary>
/// <param name="ledger">The scenario's.</param>
/// <param name="territories">As the scenario has them.</param>
/// <param name="clock">Which day it is.</param>
public sealed class TimelineReports(Func<Ledger> ledger, TerritoryTree territories, TimeProvider clock) : IDisposable
{
    private static readonly string[] Periods = ["", "daily", "weekly", "monthly", "quarterly"];
    private readonly MeterFactory meters = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>
    /// <c>daily report</c>, <c>deadlines</c>, <c>times</c>, <c>heat</c> and <c>load</c>, each also <c>of TERRITORY</c>; <c>load of OFFICER</c>, <c>load of shifts in TERRITORY</c>; all of them
    /// <c>for wang of d02</c>, who sees no more than is his.
    /// </summary>
    /// <returns>Null when it is nothing about reports.</returns>
    public async Task<string?> StateAsync(string of)
    {
        var words = of.Split(" for ")[0].Split(' ');
        if (words.Length < 2 || Array.IndexOf(Periods, words[0]) is not (> 0 and var period))
        {
            return null;
        }

        using var metrics = new AlertsMetrics(meters);
        var service = new ReportService(ledger(), new ReportDesk(metrics), () => territories, clock);
        var call = of.Split(" for ") is [_, var asker] && asker.Split(" of ") is [var name, var own] ? new OfficerCall(own, name) : new OfficerCall("", "boss");
        var (which, place) = ((V1.ReportPeriod)period, words.Length == 2 || words is [_, "load", "of", _] ? "" : words[^1]);
        Task<V1.GetReportResponse> Report() => service.GetReport(new V1.GetReportRequest { Period = which, Territory = place }, call);
        Task<V1.GetKpisResponse> Kpis() => service.GetKpis(new V1.GetKpisRequest { Period = which, Territory = place }, call);
        var text = words[1..] switch
        {
            ["report", ..] => Text((await Report()).Total),
            ["deadlines", ..] => string.Join(", ", (await Report()).Deadlines.Where(d => d.Severity == V1.Severity.Unspecified).Select(Text)),
            ["times", ..] => string.Join(", ", (await Report()).StepTimes.Where(t => t.Severity == V1.Severity.Unspecified)
                .Select(t => $"{t.Step.ToString().ToLowerInvariant()} {TimelineWords.Time(t.Mean.ToTimeSpan().TotalSeconds)}")),
            ["heat", ..] => await HeatAsync(service, which, place, call),
            ["load", "of", "shifts", "in", _] => string.Join("; ", (await Kpis()).Shifts.Select(s => $"{string.Join('+', s.Officers)} {Text(s.Kpi)}")),
            ["load", "of", var officer] => (await Kpis()).Officers.Where(o => o.Officer == officer).Select(o => Text(o.Kpi)).FirstOrDefault(),
            ["load", ..] => Text((await Kpis()).Total),
            _ => throw new InvalidOperationException($"'{words[1]}' is nothing that is reported; expected report, deadlines, times, heat or load"),
        };
        return $"{of}: {(string.IsNullOrEmpty(text) ? "nothing" : text)}";
    }

    public void Dispose() => meters.Dispose();

    private static async Task<string> HeatAsync(ReportService service, V1.ReportPeriod period, string place, OfficerCall call)
    {
        var map = await service.GetHeatMap(new V1.GetHeatMapRequest { Period = period, Territory = place, Level = V1.TerritoryLevel.Street, ByDay = true }, call);
        return string.Join(", ", map.Rows.SelectMany(r => r.Cells.Select(c => string.Create(
            CultureInfo.InvariantCulture, $"{r.Territory} {r.Kind} {c.Hour:00}:00 {Join(("red", c.Red), ("yellow", c.Yellow), ("green", c.Green), ("fault", c.Fault)).Replace(", ", " ", StringComparison.Ordinal)}"))));
    }

    private static string Text(V1.AlertCounts counts) => Join(
        ("had", counts.OpenBefore), ("raised", counts.Raised), ("came back", counts.CameBack), ("reopened", counts.Reopened), ("closed", counts.Closed), ("left", counts.OpenAfter),
        ("overdue", counts.Breaches), ("real", counts.RealVerdicts), ("false", counts.FalseVerdicts), ("test", counts.TestVerdicts), ("repair", counts.RepairVerdicts),
        ("shelved", counts.Shelved), ("out of service", counts.OutOfService), ("aside", counts.AsideAfter), ("notices", counts.SupervisionNotices),
        ("interviews", counts.SupervisionInterviews), ("listed", counts.SupervisionListed), ("listed left", counts.ListedAfter))
        + (counts.HasFalseAlarmRate ? string.Create(CultureInfo.InvariantCulture, $", {counts.FalseAlarmRate * 100:0.#}% false alarms") : "");

    private static string Text(V1.DeadlineCount deadline) =>
        $"{deadline.Step.ToString().ToLowerInvariant()} " + Join(("kept", deadline.Kept), ("missed", deadline.Missed), ("escalated", deadline.Escalated)).Replace(", ", " ", StringComparison.Ordinal);

    private static string Text(V1.Kpi kpi)
    {
        var flood = Math.Round(kpi.FloodShare * kpi.Time.ToTimeSpan().TotalSeconds);
        var load = Join(("alerts", kpi.Alerts), ("most in ten minutes", kpi.MaxPer10Minutes), ("chattering", kpi.ChatteringAlerts), ("stale", kpi.StaleAlerts));
        return (load.Length == 0 ? "nothing" : load) + (flood == 0 ? "" : $", flood {TimelineWords.Time(flood)}");
    }

    private static string Join(params (string Word, long Count)[] counts) =>
        string.Join(", ", counts.Where(c => c.Count > 0).Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Word} {c.Count}")));
}
