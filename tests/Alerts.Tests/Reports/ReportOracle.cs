using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>Reports in the plainest way: all entries in memory, sorted and counted. Knows no pages, no index, no book.</summary>
internal sealed class ReportOracle
{
    private readonly List<One> lives = [];
    private readonly int level;

    public ReportOracle(IEnumerable<LedgerEntry> all, ReportSpan span, Func<string, bool> counts, int level)
    {
        this.level = level;
        foreach (var entries in all.Where(e => e.Sequence <= span.UpTo && e.AlertId.Length > 0 && (int)e.Kind < 31).GroupBy(e => e.AlertId))
        {
            var sorted = entries.OrderBy(e => e.Sequence).ToList();
            var moments = sorted.Select((e, i) => (Entry: e, At: sorted.Take(i + 1).Max(x => x.TimeMicros))).Where(m => m.At < span.ToMicros).ToList();
            if (moments.Count > 0 && counts(moments[0].Entry.Body.Transition!.Territory))
            {
                lives.Add(new One(moments, span));
            }
        }
    }

    private static readonly WorkState[] Steps =
        [WorkState.Seen, WorkState.Acknowledged, WorkState.Triaged, WorkState.Reported, WorkState.Dispatched, WorkState.Arrived, WorkState.Rectified, WorkState.Closed];

    public string Text() => string.Join('\n',
    [
        Line("total", lives),
        .. Lines("colour", o => o.Last.PeakColour.ToString().ToLowerInvariant()), .. Lines("kind", o => o.Last.Kind),
        .. Lines("territory", o => string.Join('/', o.Last.Territory.Split('/').Take(level))), .. Lines("gateway", o => o.Last.Gateway),
        .. Lines("owner", o => o.Last.OwnerUnit), .. Lines("rule", o => o.Last.RuleId),
        .. Steps.SelectMany(StepLines),
    ]);

    public string Heat() => string.Join('\n', lives
        .SelectMany(o => o.In.Where(m => m.Entry.Kind is EntryKind.Raised or EntryKind.Recurred)
            .Select(m => (Place: string.Join('/', o.Last.Territory.Split('/').Take(level)), o.Last.Kind, Hour: o.Span.HourOfWeek(m.At), Colour: o.Last.PeakColour)))
        .GroupBy(h => h).Select(g => $"{g.Key.Place} {g.Key.Kind} {g.Key.Hour:D3} {g.Key.Colour.ToString().ToLowerInvariant()} {g.Count()}").Order(StringComparer.Ordinal));

    private IEnumerable<string> Lines(string what, Func<One, string> name) =>
        lives.Where(o => !o.IsNothing).GroupBy(name).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => Line($"{what} {g.Key}", g));

    private static string Line(string name, IEnumerable<One> some)
    {
        var all = some.ToList();
        var verdicts = all.SelectMany(o => o.Closings).Select(c => c.Body.Command!.Verdict).ToList();
        return ReportText.Line(
            name, all.Count(o => o.Before?.IsOpen == true), all.Count(o => o.Before is null && o.In.Count > 0),
            all.Sum(o => o.Changes.Count(c => c.Before is { IsOpen: false } && c.After.IsOpen)), all.Sum(o => o.Closings.Count), all.Count(o => o.Last.IsOpen),
            all.Sum(o => o.In.Count(m => m.Entry.Kind == EntryKind.Recurred)), all.Sum(o => o.In.Count(m => m.Entry.Kind == EntryKind.Breached)),
            [.. Enum.GetValues<Verdict>().Select(v => (long)verdicts.Count(x => x == v))],
            all.Sum(o => o.In.Count(m => m.Entry.Kind == EntryKind.Shelved)), all.Sum(o => o.In.Count(m => m.Entry.Kind == EntryKind.OutOfService)),
            all.Count(o => o.Last is { IsOpen: true } and ({ Shelved: not null } or { OutOfService: not null })),
            string.Join('/', new[] { Supervision.Notice, Supervision.Interview, Supervision.Listed }.Select(s => all.Sum(o => o.Changes.Count(c => Comes(c.Before, c.Entry) == s)))),
            all.Count(o => o.Last.IsOpen && o.Last.Missed?.Any(m => m.Supervision == Supervision.Listed) == true));
    }

    /// <summary>What the step that was missed is under now and was not before.</summary>
    private static Supervision? Comes(Alert? before, LedgerEntry entry)
    {
        var step = entry.Body.Breach?.Step;
        var now = entry.Body.Missed?.Single(m => m.Step == step).Supervision;
        return now == before?.Missed?.SingleOrDefault(m => m.Step == step)?.Supervision ? null : now;
    }

    private IEnumerable<string> StepLines(WorkState step)
    {
        Severity[] colours = [Severity.Normal, Severity.Green, Severity.Yellow, Severity.Red, Severity.Fault];
        foreach (var colour in colours)
        {
            var some = lives.Where(o => colour == Severity.Normal || o.Last.PeakColour == colour).ToList();
            var missed = some.SelectMany(o => o.In).Select(m => m.Entry.Body.Breach).OfType<Breach>().Where(b => b.Step == step).ToList();
            var kept = some.Sum(o => o.Changes.Count(c => c.Entry.Body.Command is not null && c.Entry.Kind is not (EntryKind.OutOfService or EntryKind.Unshelved or EntryKind.ReturnedToService or EntryKind.Shelved)
                && c.Before!.Deadlines.Any(d => d.Step == step && d.Level == 1) && c.After.Deadlines.All(d => d.Step != step)));
            var times = some.SelectMany(o => o.TimesTo(step)).Order().ToList();
            if (kept + missed.Count > 0)
            {
                yield return ReportText.Deadline(step, colour, kept, missed.Count(b => b.Level == 1), missed.Count(b => b.Level > 1));
            }

            if (times.Count > 0)
            {
                yield return ReportText.Time(step, colour, times.Count, (long)(times.Aggregate((Int128)0, (sum, t) => sum + t) / times.Count), Quantile(times, 0.5), Quantile(times, 0.9));
            }
        }
    }

    /// <summary>The nearest rank, and what the histogram may make of it.</summary>
    private static long Quantile(List<long> sorted, double part) =>
        Math.Min(sorted[^1], DurationHistogram.UpperOf(sorted[(int)Math.Ceiling(part * sorted.Count) - 1]));

    private sealed class One
    {
        private readonly List<(long At, LedgerEntry Entry)> beginnings;

        public One(List<(LedgerEntry Entry, long At)> moments, ReportSpan span)
        {
            Span = span;
            Alert? alert = null;
            foreach (var (entry, at) in moments)
            {
                var after = AlertFold.Apply(alert, entry)!;
                if (at >= span.FromMicros)
                {
                    Changes.Add((alert, entry, after));
                    In.Add((entry, at));
                }
                else
                {
                    Before = after;
                }

                alert = after;
            }

            Last = alert!;
            All = moments;
            beginnings = [.. moments.Where(m => m.Entry.Sequence == moments[0].Entry.Sequence || m.Entry.Body.Transition?.Reopens == true || m.Entry.Body.Escalation?.Reopens == true).Select(m => (m.At, m.Entry))];
        }

        public ReportSpan Span { get; }

        public Alert? Before { get; }

        public Alert Last { get; }

        public List<(LedgerEntry Entry, long At)> All { get; }

        public List<(LedgerEntry Entry, long At)> In { get; } = [];

        public List<(Alert? Before, LedgerEntry Entry, Alert After)> Changes { get; } = [];

        public List<LedgerEntry> Closings => [.. In.Select(m => m.Entry).Where(e => e.Kind == EntryKind.Closed)];

        /// <summary>Nothing of it is counted anywhere.</summary>
        public bool IsNothing => Before?.IsOpen != true && In.All(m => m.Entry.Kind is EntryKind.Commented or EntryKind.ReturnedToNormal or EntryKind.ColourChanged) && !Changes.Any(c => c.Before is { IsOpen: false } && c.After.IsOpen);

        /// <summary>Of each beginning of work, the first time that the step was done after it, if that lies within.</summary>
        public IEnumerable<long> TimesTo(WorkState step)
        {
            for (var i = 0; i < beginnings.Count; i++)
            {
                var (at, entry) = beginnings[i];
                var until = i + 1 < beginnings.Count ? beginnings[i + 1].Entry.Sequence : long.MaxValue;
                var done = All.Where(m => m.Entry.Sequence > entry.Sequence && m.Entry.Sequence < until && m.Entry.Kind.ToString() == step.ToString()).Take(1).ToList();
                if (done.Count > 0 && done[0].At >= Span.FromMicros)
                {
                    yield return done[0].At - at;
                }
            }
        }
    }
}

/// <summary>Reports as lines that an officer can read, and that are the same for the oracle and for what it is held against.</summary>
internal static class ReportText
{
    public static string Line(string name, long before, long raised, long reopened, long closed, long after, long cameBack, long breaches, long[] verdicts, long shelved, long takenOut, long aside, string supervised, long listed) =>
        FormattableString.Invariant($"{name}: {before} open, {raised} raised, {reopened} reopened, {closed} closed, {after} left; {cameBack} came back, {breaches} breaches; real {verdicts[1]}, false {verdicts[2]}, test {verdicts[3]}, repair {verdicts[4]}{(shelved + takenOut + aside > 0 ? $"; {shelved} shelved, {takenOut} taken out, {aside} left aside" : "")}{(supervised == "0/0/0" && listed == 0 ? "" : $"; supervised {supervised}, {listed} left listed")}");

    public static string Deadline(WorkState step, Severity colour, long kept, long missed, long escalated) =>
        FormattableString.Invariant($"deadline {Word(step)} {Colour(colour)}: {kept} kept, {missed} missed, {escalated} escalated");

    public static string Time(WorkState step, Severity colour, long count, long mean, long median, long p90) =>
        FormattableString.Invariant($"time to {Word(step)} {Colour(colour)}: {count}, mean {mean / 1e6:0.######} s, median {median / 1e6:0.######} s, p90 {p90 / 1e6:0.######} s");

    public static string Of(ReportTally tally)
    {
        var lines = new List<string> { Of("total", tally.Total) };
        (string, Dictionary<string, AlertTally>)[] groups =
        [
            ("colour", tally.ByColour), ("kind", tally.ByKind), ("territory", tally.ByTerritory), ("gateway", tally.ByGateway), ("owner", tally.ByOwnerUnit), ("rule", tally.ByRule),
        ];
        foreach (var (what, group) in groups)
        {
            lines.AddRange(group.OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => Of($"{what} {g.Key}", g.Value)));
        }

        Severity[] colours = [Severity.Normal, Severity.Green, Severity.Yellow, Severity.Red, Severity.Fault];
        foreach (var key in Enum.GetValues<WorkState>().SelectMany(s => colours.Select(c => (s, c))))
        {
            if (tally.Deadlines.TryGetValue(key, out var deadline))
            {
                lines.Add(Deadline(key.s, key.c, deadline.Kept, deadline.Missed, deadline.Escalated));
            }

            if (tally.Times.TryGetValue(key, out var times))
            {
                lines.Add(Time(key.s, key.c, times.Count, times.MeanMicros, times.QuantileMicros(0.5), times.QuantileMicros(0.9)));
            }
        }

        return string.Join('\n', lines);
    }

    public static string Of(HeatTally tally)
    {
        string[] colours = ["red", "yellow", "green", "fault"];
        return string.Join('\n', tally.Cells.SelectMany(c => colours.Select((colour, i) => (c.Key, colour, Count: c.Value[i])))
            .Where(c => c.Count > 0).Select(c => $"{c.Key.Territory} {c.Key.Kind} {c.Key.Hour:D3} {c.colour} {c.Count}").Order(StringComparer.Ordinal));
    }

    private static string Of(string name, AlertTally tally) => Line(
        name, tally.OpenBefore, tally.Raised, tally.Reopened, tally.Closed, tally.OpenAfter, tally.CameBack, tally.Breaches, [.. Enum.GetValues<Verdict>().Select(tally.Of)], tally.Shelved, tally.TakenOut, tally.AsideAfter,
        FormattableString.Invariant($"{tally.Of(Supervision.Notice)}/{tally.Of(Supervision.Interview)}/{tally.Of(Supervision.Listed)}"), tally.ListedAfter);

    private static string Word(WorkState step) => step.ToString().ToLowerInvariant();

    private static string Colour(Severity colour) => colour == Severity.Normal ? "all" : colour.ToString().ToLowerInvariant();
}
