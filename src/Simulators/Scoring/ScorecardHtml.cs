namespace PingAnIoT.Simulators;

/// <summary>A scorecard as one HTML page that needs nothing else: style and charts are in it, it opens offline, in light and dark, and runs no script.</summary>
public static class ScorecardHtml
{
    public static string Write(Scorecard card)
    {
        var html = new Markup();
        html.Add($"<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"/><meta name=\"viewport\" content=\"width=device-width\"/>");
        html.Add($"<title>平安物联 PingAnIoT: {card.Run.Name}, {card.Run.Seed}</title>");
        Style(html);
        html.Add($"</head><body><h1>成绩单 <span lang=\"en\">Scorecard</span>: {card.Run.Name}</h1>");
        html.Add($"<p>种子 seed {card.Run.Seed}; {Wording.Count(card.Run.Devices)} 台设备 devices; {Wording.Moment(card.Run.FromSeconds)} – {Wording.Moment(card.Run.UntilSeconds)}; ");
        html.Add($"{Wording.Short(card.Run.DeviceDays)} 设备日 device-days</p>");
        Tiles(html, card);
        Recall(html, card);
        Delay(html, card);
        False(html, card);
        Latency(html, card);
        Stories(html, card);
        Figures(html, card);
        html.Add($"</body></html>");
        return html.ToString();
    }

    private static void Tiles(Markup html, Scorecard card)
    {
        html.Add($"<section class=\"tiles\">");
        Tile(html, "事件召回率", "Recall", Wording.Value(card.Recall), card.Recall.ToString());
        Tile(html, "红色召回率", "Red recall", Wording.Value(card.RedRecall), card.RedRecall.ToString());
        Tile(html, "故障召回率", "Defect recall", Wording.Value(card.DefectRecall), card.DefectRecall.ToString());
        Tile(html, "准确率", "Precision", Wording.Value(card.Precision), card.Precision.ToString());
        Tile(html, "误报", "False per 10,000 device-days", Wording.Number(card.FalsePer10000DeviceDays), Wording.Count(card.Episodes.False));
        Tile(html, "发现延迟", "Median delay", $"{Wording.Short(card.Delay.MedianIntervals)} iv", $"{Wording.Short(card.Delay.MedianSeconds)} s");
        Tile(html, "丢失", "Lost", Wording.Count(card.Lost), $"{Wording.Count(card.Messages.Acknowledged)} acked");
        Tile(html, "重复", "Doubled", Wording.Count(card.Doubled.Total), $"{Wording.Count(card.Messages.DeadLettered)} dead-lettered");
        html.Add($"</section>");
    }

    private static void Tile(Markup html, string chinese, string english, string value, string detail) =>
        html.Add($"<div><h3>{chinese} <span lang=\"en\">{english}</span></h3><b>{value}</b><small>{detail}</small></div>");

    private static void Heading(Markup html, string chinese, string english) => html.Add($"<h2>{chinese} <span lang=\"en\">{english}</span></h2>");

    private static void Recall(Markup html, Scorecard card)
    {
        Heading(html, "各类召回率", "Recall by sort");
        Charts.Bars(html, "Recall by sort", [.. card.Sorts.Where(s => s.Found.Of > 0).Select(s => new Bar(
            $"{s.Sort} ({s.Kind})", s.Found.Value ?? 0, $"{s.Found}{(s.Found.Count < s.Found.Of ? $", {s.Found.Of - s.Found.Count} missed" : "")}",
            s.Found.Count == s.Found.Of ? "good" : "bad"))]);
    }

    private static void Delay(Markup html, Scorecard card)
    {
        Heading(html, "发现延迟分布(上报周期)", "Detection delay of incidents, in reporting intervals");
        var most = Math.Max(1, card.DelayBuckets.Select(b => b.Count).DefaultIfEmpty().Max());
        Charts.Bars(html, "Detection delay", [.. card.DelayBuckets.Select((b, i) => new Bar(
            b.MostIntervals is { } end ? i == 0 ? "at once" : $"≤ {Wording.Short(end)}" : "more", (double)b.Count / most, Wording.Count(b.Count),
            b.MostIntervals <= 2 ? "good" : "warn"))]);
    }

    private static void False(Markup html, Scorecard card)
    {
        Heading(html, "各规则误报", "False alerts by rule");
        var rules = card.Rules.Where(r => r.Episodes.False > 0).Take(40).ToList();
        var most = rules.Select(r => r.Episodes.False).DefaultIfEmpty(1).Max();
        Charts.Bars(html, "False alerts by rule", [.. rules.Select(r => new Bar(
            r.RuleId, (double)r.Episodes.False / most, $"{r.Episodes.False} of {r.Episodes.Total}", "bad"))]);
        if (card.FalseAlerts.Count == 0)
        {
            return;
        }

        html.Add($"<details><summary>误报示例 False alerts, examples</summary><table><tr><th>时间 Time</th><th>规则 Rule</th><th>级别 Class</th><th>设备 Device</th>");
        html.Add($"<th>同时 Beside</th></tr>");
        foreach (var f in card.FalseAlerts)
        {
            html.Add($"<tr><td>{Wording.Moment(f.RaisedSeconds)}</td><td>{f.RuleId}</td><td>{f.Peak}</td><td>{f.Device}</td><td>{string.Join(", ", f.Beside)}</td></tr>");
        }

        html.Add($"</table></details>");
    }

    private static void Latency(Markup html, Scorecard card)
    {
        Heading(html, "发布到告警流的延迟", "Publish to stream latency");
        var points = card.Latency?.Percentiles ?? [];
        var most = points.Select(p => p.Milliseconds).DefaultIfEmpty(1).Max();
        double Log(double ms) => Math.Log10(1 + (ms * 10));
        Charts.Bars(html, "Latency percentiles, logarithmic", [.. points.Select(p => new Bar(
            p.Percentile >= 100 ? "max" : $"p{Wording.Number(p.Percentile)}", most > 0 ? Log(p.Milliseconds) / Log(most) : 0, $"{Wording.Short(p.Milliseconds)} ms", "plain"))]);
    }

    private static void Stories(Markup html, Scorecard card)
    {
        Heading(html, "漏报与迟报", "Missed and slow");
        html.Add($"<p class=\"quiet\">最多 50 件 up to 50; R red, Y yellow, G green, F fault; 虚线 dashed: 可发现 findable; 实线 solid: 发现 found</p>");
        foreach (var s in card.Stories)
        {
            var outcome = s.FoundSeconds is null ? s.IsStanding ? "漏报,已有告警 missed behind a standing alert" : "漏报 missed"
                : $"{Wording.Short(s.DelayIntervals)} 周期 intervals";
            html.Add($"<article><h3>{s.Device} <span>{s.Kind}, {s.Territory}, {Wording.Moment(s.OnsetSeconds)}, {s.AtLeast}, {Wording.Short(s.Severity)}: {outcome}</span></h3>");
            Charts.Timeline(html, s);
            html.Add($"</article>");
        }
    }

    private static void Figures(Markup html, Scorecard card)
    {
        Heading(html, "全部数值", "All figures");
        html.Add($"<table><tr><th>名称 Name</th><th>数值 Value</th><th>含义 Meaning</th></tr>");
        foreach (var figure in ScoreFigure.All)
        {
            html.Add($"<tr><td>{figure.Name}</td><td>{figure.Text(card)}</td><td>{figure.Meaning}</td></tr>");
        }

        html.Add($"</table><table><tr><th>规则 Rule</th><th>真 True</th><th>误 False</th><th>从属 Secondary</th><th>轻微 Minor</th><th>首先发现 Found first</th></tr>");
        foreach (var (rule, e, first) in card.Rules)
        {
            html.Add($"<tr><td>{rule}</td><td>{e.True}</td><td>{e.False}</td><td>{e.Secondary}</td><td>{e.Minor}</td><td>{first}</td></tr>");
        }

        html.Add($"</table>");
        if (card.Messages.DeadLetteredBy is { Count: > 0 } reasons)
        {
            html.Add($"<table><tr><th>死信原因 Dead-lettered</th><th>条 Messages</th></tr>");
            foreach (var (reason, count) in reasons.OrderByDescending(r => r.Value))
            {
                html.Add($"<tr><td>{reason}</td><td>{count}</td></tr>");
            }

            html.Add($"</table>");
        }
    }

    private static void Style(Markup html) => html.Add($$"""
        <style>
        :root { color-scheme: light dark; --bg: #fff; --fg: #1c2024; --quiet: #60646c; --line: #e0e1e6; --track: #f0f0f3;
          --good: #2b9a66; --warn: #d98e00; --bad: #ce2c31; --plain: #3b7fd4; --yellow: #e0a800; --fault: #8b8d98; --truth: #6f9fd8; }
        @media (prefers-color-scheme: dark) { :root { --bg: #111315; --fg: #edeef0; --quiet: #b0b4ba; --line: #363a3f; --track: #212225;
          --good: #33b074; --warn: #ffb224; --bad: #f2555a; --plain: #70b8ff; --yellow: #ffd60a; --fault: #777b84; --truth: #37628f; } }
        body { background: var(--bg); color: var(--fg); font: 15px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
          max-width: 960px; margin: 2em auto; padding: 0 1em; overflow-wrap: anywhere; }
        h2 { margin-top: 2em; border-bottom: 1px solid var(--line); }
        h2 span, h3 span, .quiet, small { color: var(--quiet); font-weight: normal; }
        h3 { font-size: 1em; margin: 0.6em 0 0.2em; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); gap: 0.8em; }
        .tiles div { border: 1px solid var(--line); border-radius: 8px; padding: 0.2em 0.9em 0.6em; }
        .tiles b { font-size: 1.5em; font-variant-numeric: tabular-nums; display: block; }
        table { border-collapse: collapse; width: 100%; margin: 1em 0; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; padding: 0.2em 0.6em; border-bottom: 1px solid var(--line); }
        svg { width: 100%; height: auto; display: block; }
        svg text { fill: var(--fg); font-size: 13px; }
        svg .label { text-anchor: end; }
        svg .mark { font-size: 11px; font-weight: bold; fill: #fff; }
        .track { fill: var(--track); } .good, .green { fill: var(--good); } .warn { fill: var(--warn); } .bad, .red { fill: var(--bad); }
        .plain { fill: var(--plain); } .yellow { fill: var(--yellow); } .fault { fill: var(--fault); }
        .truth { fill: var(--truth); } .fade { fill: var(--truth); opacity: 0.4; }
        .findable { stroke: var(--fg); stroke-dasharray: 4 3; fill: none; } .foundat { stroke: var(--fg); stroke-width: 2; fill: none; }
        article { margin: 1em 0; }
        @media print { body { max-width: none; } article { break-inside: avoid; } }
        </style>
        """);
}
