using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace PingAnIoT.Server;

/// <summary>Reports as tables for people and as CSV for their tools, in both languages of the console.</summary>
internal static class ReportText
{
    private const string CsvCounts = "open_before,raised,reopened,closed,open_after,came_back,breaches,real,false,test,repair,false_alarm_rate,shelved,out_of_service,aside_after,notices,interviews,listed,listed_after";

    public static IEnumerable<string> Of(V1.GetReportResponse report)
    {
        yield return Heading(report.Span);
        foreach (var (title, groups) in Groups(report))
        {
            var table = new TextTable();
            table.Add(title, "期初 open", "新增 raised", "再开 reopened", "办结 closed", "期末 left", "复发 again", "超时 overdue", "误报率 false", "搁置 shelved", "停用 out", "期末搁置停用 aside", "通报/约谈/挂牌 supervised", "期末挂牌 listed");
            foreach (var (name, counts) in groups)
            {
                table.Add(name, N(counts.OpenBefore), N(counts.Raised), N(counts.Reopened), N(counts.Closed), N(counts.OpenAfter), N(counts.CameBack), N(counts.Breaches), Rate(counts), N(counts.Shelved), N(counts.OutOfService), N(counts.AsideAfter),
                    $"{N(counts.SupervisionNotices)}/{N(counts.SupervisionInterviews)}/{N(counts.SupervisionListed)}", N(counts.ListedAfter));
            }

            foreach (var line in table.Lines().Prepend(""))
            {
                yield return line;
            }
        }

        var steps = new TextTable();
        steps.Add("步骤 step", "颜色 colour", "按时 kept", "超时 missed", "升级 escalated", "次数 done", "平均 mean", "中位 median", "九成 p90");
        foreach (var (step, severity) in report.Deadlines.Select(d => (d.Step, d.Severity)).Union(report.StepTimes.Select(t => (t.Step, t.Severity))).OrderBy(s => Order(s.Step, s.Severity)))
        {
            var deadline = report.Deadlines.FirstOrDefault(d => d.Step == step && d.Severity == severity);
            var time = report.StepTimes.FirstOrDefault(t => t.Step == step && t.Severity == severity);
            steps.Add(
                Word(step), Colour(severity), N(deadline?.Kept), N(deadline?.Missed), N(deadline?.Escalated), N(time?.Count), Time(time?.Mean), Time(time?.Median), Time(time?.P90));
        }

        foreach (var line in steps.Lines().Prepend(""))
        {
            yield return line;
        }
    }

    public static IEnumerable<string> Of(V1.GetKpisResponse kpis)
    {
        yield return Heading(kpis.Span);
        var table = new TextTable();
        table.Add("负荷 load", "时长 time", "警报 alerts", "均值/10min mean", "峰值/10min max", "泛滥 flood", "抖动 chattering", "陈旧 stale");
        table.Add(["全部 all", .. Row(kpis.Total)]);
        foreach (var officer in kpis.Officers)
        {
            table.Add([officer.Officer, .. Row(officer.Kpi)]);
        }

        foreach (var shift in kpis.Shifts)
        {
            table.Add([$"{DutyText.Place(shift.Territory)} {DutyText.Of(shift.From)} {string.Join(", ", shift.Officers)}", .. Row(shift.Kpi)]);
        }

        var rules = new TextTable();
        rules.Add("规则 rule", "警报 alerts", "占比 share");
        foreach (var rule in kpis.TopRules)
        {
            rules.Add($"{rule.RuleId} {rule.Title.Zh} {rule.Title.En}", N(rule.Alerts), Percent(rule.Share));
        }

        foreach (var line in table.Lines().Prepend("").Append("").Concat(rules.Lines()))
        {
            yield return line;
        }

        yield return "";
        yield return $"flood: from a stretch of 10 min with more than {kpis.Limits.FloodBeginsOver} alerts, until one with fewer than {kpis.Limits.FloodEndsUnder}; chattering: opened more than {kpis.Limits.ChatterMoreThan} times in {kpis.Limits.ChatterSeconds} s; "
            + $"stale: open over {kpis.Limits.StaleHours} h" + (kpis.Total.PeakTime is { } peak ? $"; peak from {DutyText.Of(peak)}" : "");
    }

    public static IEnumerable<string> Csv(V1.GetReportResponse report)
    {
        yield return "by,name," + CsvCounts;
        foreach (var (title, groups) in Groups(report))
        {
            foreach (var (name, c) in groups)
            {
                long[] numbers = [c.OpenBefore, c.Raised, c.Reopened, c.Closed, c.OpenAfter, c.CameBack, c.Breaches, c.RealVerdicts, c.FalseVerdicts, c.TestVerdicts, c.RepairVerdicts];
                yield return $"{title[(title.LastIndexOf(' ') + 1)..]},{Field(name)},{string.Join(',', numbers.Select(n => N(n)))},{(c.HasFalseAlarmRate ? D(c.FalseAlarmRate) : "")},{N(c.Shelved)},{N(c.OutOfService)},{N(c.AsideAfter)},{N(c.SupervisionNotices)},{N(c.SupervisionInterviews)},{N(c.SupervisionListed)},{N(c.ListedAfter)}";
            }
        }

        yield return "";
        yield return "step,colour,kept,missed,escalated";
        foreach (var d in report.Deadlines)
        {
            yield return $"{AlertText.Step(d.Step)},{Plain(d.Severity)},{N(d.Kept)},{N(d.Missed)},{N(d.Escalated)}";
        }

        yield return "";
        yield return "step,colour,count,mean_seconds,median_seconds,p90_seconds";
        foreach (var t in report.StepTimes)
        {
            yield return $"{AlertText.Step(t.Step)},{Plain(t.Severity)},{N(t.Count)},{Seconds(t.Mean)},{Seconds(t.Median)},{Seconds(t.P90)}";
        }
    }

    public static IEnumerable<string> Csv(V1.GetKpisResponse kpis)
    {
        yield return "of,name,from,to,seconds,alerts,mean_per_10_minutes,max_per_10_minutes,flood_share,chattering,stale";
        yield return $"all,,{DutyText.Of(kpis.Span.From)},{DutyText.Of(kpis.Span.To)},{Fields(kpis.Total)}";
        foreach (var officer in kpis.Officers)
        {
            yield return $"officer,{Field(officer.Officer)},,,{Fields(officer.Kpi)}";
        }

        foreach (var shift in kpis.Shifts)
        {
            yield return $"shift,{Field($"{shift.Territory} {string.Join(' ', shift.Officers)}")},{DutyText.Of(shift.From)},{DutyText.Of(shift.To)},{Fields(shift.Kpi)}";
        }
    }

    public static IEnumerable<string> Csv(V1.GetHeatMapResponse heat) => heat.Rows
        .SelectMany(r => r.Cells.Select(c => $"{Field(r.Territory)},{Field(r.Kind)},{N(c.Hour)},{N(c.Red)},{N(c.Yellow)},{N(c.Green)},{N(c.Fault)}"))
        .Prepend("territory,kind,hour,red,yellow,green,fault");

    /// <summary>For a spreadsheet: what it could take for a formula gets an apostrophe in front.</summary>
    private static string Field(string text)
    {
        text = text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + text : text;
        return text.AsSpan().IndexOfAny(",\"\n\r") < 0 ? text : '"' + text.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';
    }

    private static string Heading(V1.ReportSpan span)
    {
        var word = span.Period switch
        {
            V1.ReportPeriod.Weekly => "周调度 week",
            V1.ReportPeriod.Monthly => "月汇总 month",
            V1.ReportPeriod.Quarterly => "季分析 quarter",
            _ => "日排查 day",
        };
        return $"{word}  {Local(span.From, span.Zone)} – {Local(span.To, span.Zone)}  {span.Zone}"
            + $"{(span.Territory.Length == 0 ? "" : "  " + span.Territory)}  to entry {N(span.UpToSequence)}{(span.Unfinished ? "  未完 unfinished" : "")}";
    }

    private static IEnumerable<(string Title, IEnumerable<(string Name, V1.AlertCounts Counts)> Groups)> Groups(V1.GetReportResponse report)
    {
        yield return ("合计 total", [("", report.Total)]);
        yield return ("颜色 colour", report.ByColour.Select(g => (g.Name, g.Counts)));
        yield return ("种类 kind", report.ByKind.Select(g => (g.Name, g.Counts)));
        yield return ("辖区 territory", report.ByTerritory.Select(g => (g.Name, g.Counts)));
        yield return ("运营商 operator", report.ByOperator.Select(g => (g.Name, g.Counts)));
        yield return ("权属单位 owner", report.ByOwnerUnit.Select(g => (g.Name, g.Counts)));
        yield return ("规则 rule", report.ByRule.Select(g => (g.Name, g.Counts)));
    }

    private static string[] Row(V1.Kpi kpi) =>
    [
        Time(kpi.Time), N(kpi.Alerts), kpi.MeanPer10Minutes.ToString("0.00", CultureInfo.InvariantCulture), N(kpi.MaxPer10Minutes), Percent(kpi.FloodShare),
        N(kpi.ChatteringAlerts), N(kpi.StaleAlerts),
    ];

    private static string Fields(V1.Kpi kpi) =>
        $"{Seconds(kpi.Time)},{N(kpi.Alerts)},{D(kpi.MeanPer10Minutes)},{N(kpi.MaxPer10Minutes)},{D(kpi.FloodShare)},{N(kpi.ChatteringAlerts)},{N(kpi.StaleAlerts)}";

    private static string Word(V1.Step step) => step switch
    {
        V1.Step.Seen => "已阅 seen",
        V1.Step.Acknowledged => "确认 acknowledged",
        V1.Step.Triaged => "甄别 triaged",
        V1.Step.Reported => "上报 reported",
        V1.Step.Dispatched => "交办 dispatched",
        V1.Step.Arrived => "处置 arrived",
        V1.Step.Rectified => "反馈 rectified",
        V1.Step.Closed => "办结 closed",
        _ => AlertText.Step(step),
    };

    private static string Colour(V1.Severity severity) => severity == V1.Severity.Unspecified ? "全部 all" : AlertText.Word(severity);

    private static string Plain(V1.Severity severity) => severity == V1.Severity.Unspecified ? "all" : severity.ToString().ToLowerInvariant();

    /// <summary>As the work goes; all colours first, then the worst.</summary>
    private static (int Step, int Colour) Order(V1.Step step, V1.Severity severity) => (
        Array.IndexOf([V1.Step.Seen, V1.Step.Acknowledged, V1.Step.Triaged, V1.Step.Reported, V1.Step.Dispatched, V1.Step.Arrived, V1.Step.Rectified, V1.Step.Closed], step),
        severity == V1.Severity.Unspecified ? -1 : AlertText.Rank(severity));

    private static string N(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static string D(double number) => number.ToString("0.####", CultureInfo.InvariantCulture);

    private static string Percent(double part) => part.ToString("0.0%", CultureInfo.InvariantCulture);

    private static string Rate(V1.AlertCounts counts) => counts.HasFalseAlarmRate ? Percent(counts.FalseAlarmRate) : "";

    private static string Seconds(Duration time) => D(time.ToTimeSpan().TotalSeconds);

    private static string Time(Duration? time) => time?.ToTimeSpan() switch
    {
        null => "",
        { TotalSeconds: < 120 } t => t.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture) + " s",
        { TotalMinutes: < 120 } t => t.TotalMinutes.ToString("0.#", CultureInfo.InvariantCulture) + " min",
        { TotalHours: < 48 } t => t.TotalHours.ToString("0.#", CultureInfo.InvariantCulture) + " h",
        var t => t.Value.TotalDays.ToString("0.#", CultureInfo.InvariantCulture) + " d",
    };

    /// <summary>By the report's own clock, where this machine knows it.</summary>
    private static string Local(Timestamp time, string zone)
    {
        var at = time.ToDateTimeOffset();
        return (TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) ? TimeZoneInfo.ConvertTime(at, found) : at).ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture);
    }
}
