using Google.Protobuf.WellKnownTypes;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>Reports in the protocol's words, in an order that does not depend on how they were counted.</summary>
internal static class WireReport
{
    public static V1.GetReportResponse Of(V1.ReportSpan span, ReportTally tally)
    {
        var wire = new V1.GetReportResponse { Span = span, Total = Of(tally.Total) };
        Severity[] worstFirst = [Severity.Red, Severity.Yellow, Severity.Green, Severity.Fault];
        wire.ByColour.AddRange(worstFirst.Select(c => c.ToString().ToLowerInvariant()).Where(tally.ByColour.ContainsKey).Select(c => Of(c, tally.ByColour[c])));
        wire.ByKind.AddRange(Of(tally.ByKind));
        wire.ByTerritory.AddRange(Of(tally.ByTerritory));
        wire.ByOperator.AddRange(Of(tally.ByGateway));
        wire.ByOwnerUnit.AddRange(Of(tally.ByOwnerUnit));
        wire.ByRule.AddRange(Of(tally.ByRule));
        wire.Deadlines.AddRange(tally.Deadlines.OrderBy(d => Order(d.Key.Step, d.Key.Colour)).Select(d => new V1.DeadlineCount
        {
            Step = WireNames.Of(d.Key.Step), Severity = ColourOf(d.Key.Colour), Kept = d.Value.Kept, Missed = d.Value.Missed, Escalated = d.Value.Escalated,
        }));
        wire.StepTimes.AddRange(tally.Times.OrderBy(t => Order(t.Key.Step, t.Key.Colour)).Select(t => new V1.StepTime
        {
            Step = WireNames.Of(t.Key.Step), Severity = ColourOf(t.Key.Colour), Count = t.Value.Count, Mean = Time(t.Value.MeanMicros),
            Median = Time(t.Value.QuantileMicros(0.5)), P90 = Time(t.Value.QuantileMicros(0.9)),
        }));
        return wire;
    }

    public static V1.GetHeatMapResponse Of(V1.ReportSpan span, HeatTally tally)
    {
        var wire = new V1.GetHeatMapResponse { Span = span };
        V1.HeatRow? row = null;
        foreach (var ((territory, kind, hour), cell) in tally.Cells)
        {
            if (row?.Territory != territory || row.Kind != kind)
            {
                row = new V1.HeatRow { Territory = territory, Kind = kind };
                wire.Rows.Add(row);
            }

            row.Cells.Add(new V1.HeatCell { Hour = hour, Red = cell[0], Yellow = cell[1], Green = cell[2], Fault = cell[3] });
        }

        return wire;
    }

    public static V1.GetKpisResponse Of(V1.ReportSpan span, KpiTally tally, IReadOnlyList<ShiftLoad> shifts, FlapRule flapping)
    {
        var total = tally.Total;
        var wire = new V1.GetKpisResponse
        {
            Span = span, Total = Of(total, tally.Chattering.Count, tally.Stale),
            Limits = new V1.KpiLimits
            {
                FloodBeginsOver = FloodMeter.FloodBeginsOver, FloodEndsUnder = FloodMeter.FloodEndsUnder, ChatterMoreThan = flapping.MoreThan,
                ChatterSeconds = (int)flapping.Within.TotalSeconds, StaleHours = (int)(KpiTally.StaleMicros / 3_600_000_000),
            },
        };
        wire.TopRules.AddRange(tally.Top.Select(r => new V1.RuleLoad
        {
            RuleId = r.Rule, Title = new V1.Title { Zh = r.Zh, En = r.En }, Alerts = r.Alerts, Share = total.Alerts == 0 ? 0 : (double)r.Alerts / total.Alerts,
        }));
        foreach (var officer in shifts.SelectMany(s => s.Stretch.Officers.Select(o => (o.Officer, Shift: s))).GroupBy(s => s.Officer, s => s.Shift).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var load = officer.Select(s => s.Meter.Read()).Aggregate(AlertLoad.None, (all, s) => all + s);
            var kpi = Of(load, officer.SelectMany(s => s.Chattering).Distinct().Count(), officer.MaxBy(s => s.Stretch.ToMicros)!.Stale);
            wire.Officers.Add(new V1.OfficerKpi { Officer = officer.Key, Shifts = officer.Count(), Kpi = kpi });
        }

        foreach (var shift in shifts)
        {
            var line = new V1.ShiftKpi
            {
                Territory = shift.Territory, From = WireTime.Of(shift.Stretch.FromMicros), To = WireTime.Of(shift.Stretch.ToMicros),
                Reason = shift.Stretch.Officers[0].Reason, Kpi = Of(shift.Meter.Read(), shift.Chattering.Count, shift.Stale),
            };
            line.Officers.AddRange(shift.Stretch.Officers.Select(o => o.Officer));
            wire.Shifts.Add(line);
        }

        return wire;
    }

    private static V1.Kpi Of(AlertLoad load, int chattering, int stale) => new()
    {
        Alerts = load.Alerts, MeanPer10Minutes = load.PerTenMinutes, MaxPer10Minutes = load.Most, PeakTime = load.PeakMicros is { } peak ? WireTime.Of(peak) : null,
        FloodShare = load.FloodShare, ChatteringAlerts = chattering, StaleAlerts = stale, Time = Time(load.TimeMicros),
    };

    private static IEnumerable<V1.CountGroup> Of(Dictionary<string, AlertTally> groups) =>
        groups.OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => Of(g.Key, g.Value));

    private static V1.CountGroup Of(string name, AlertTally tally) => new() { Name = name, Counts = Of(tally) };

    private static V1.AlertCounts Of(AlertTally tally)
    {
        var wire = new V1.AlertCounts
        {
            OpenBefore = tally.OpenBefore, Raised = tally.Raised, Reopened = tally.Reopened, Closed = tally.Closed, OpenAfter = tally.OpenAfter,
            CameBack = tally.CameBack, Breaches = tally.Breaches, RealVerdicts = tally.Of(Verdict.Real), FalseVerdicts = tally.Of(Verdict.False),
            TestVerdicts = tally.Of(Verdict.Test), RepairVerdicts = tally.Of(Verdict.Repair), Shelved = tally.Shelved, OutOfService = tally.TakenOut,
            AsideAfter = tally.AsideAfter, SupervisionNotices = tally.Of(Supervision.Notice), SupervisionInterviews = tally.Of(Supervision.Interview),
            SupervisionListed = tally.Of(Supervision.Listed), ListedAfter = tally.ListedAfter,
        };
        if (wire.RealVerdicts + wire.FalseVerdicts is > 0 and var told)
        {
            wire.FalseAlarmRate = (double)wire.FalseVerdicts / told;
        }

        return wire;
    }

    /// <summary>By step; all colours first, then the worst.</summary>
    private static (WorkState Step, int Colour) Order(WorkState step, Severity colour) => (step, colour == Severity.Normal ? -10 : -Colours.Rank(colour));

    private static V1.Severity ColourOf(Severity colour) => colour == Severity.Normal ? V1.Severity.Unspecified : WireNames.Of(colour);

    private static Duration Time(long micros) => Duration.FromTimeSpan(TimeSpan.FromTicks(micros * TimeSpan.TicksPerMicrosecond));
}
