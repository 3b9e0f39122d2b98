using System.Globalization;

namespace PingAnIoT.Simulators;

/// <summary>
/// The lines of a timeline in which something happens:
/// <c>at TIME KIND/NAME SORT [severity X] for DURATION</c> and <c>every PERIOD [from TIME] [until TIME] KIND/NAME SORT …</c>;
/// for a name stands <c>*</c> for one drawn at random and <c>all</c> for every one.
/// </summary>
internal sealed class TimelineEvents(Fleet fleet, double start, double length, Action<TimelineLine, TimelineWord, string> fail)
{
    private readonly SortBook book = new(fleet);
    private readonly Dictionary<(bool IsLink, int Number, string Sort), List<Ailment>> taken = [];
    private bool isStopped;

    public List<Planned> Planned { get; } = [];

    public void Read(TimelineLine line, TimelineWord statement)
    {
        isStopped = false;
        if (When(line, statement.Text == "every", out var target) is not { } times || Target(line, target) is not { } whom || Sort(line, whom.Kind) is not { } sort)
        {
            return;
        }

        if (Rest(line) is { } rest)
        {
            for (var i = 0; i < times.Count && !isStopped; i++)
            {
                Plan(line, target, whom, new Ailment(sort, start + times[i], start + times[i] + rest.Seconds, rest.Severity), i);
            }
        }
    }

    /// <returns>Seconds from the start; null when it cannot be read.</returns>
    private List<double>? When(TimelineLine line, bool isEvery, out TimelineWord target)
    {
        target = default;
        var word = line.Take();
        if (!TimelineLine.TrySeconds(word.Text, out var first) || (isEvery && first <= 0))
        {
            fail(line, word, isEvery
                ? $"expected a period such as 30m, found {TimelineReading.Found(word)}"
                : $"expected a time from the start such as 1:30 or 90m, found {TimelineReading.Found(word)}");
            return null;
        }

        target = line.Take();
        if (!isEvery)
        {
            return [first];
        }

        var (period, from, until) = (first, first, length);
        while (target.Text is "from" or "until")
        {
            var time = line.Take();
            if (!TimelineLine.TrySeconds(time.Text, out var seconds))
            {
                fail(line, time, $"expected a time from the start such as 1:30 or 90m, found {TimelineReading.Found(time)}");
                return null;
            }

            (from, until) = target.Text == "from" ? (seconds, until) : (from, seconds);
            target = line.Take();
        }

        if (double.IsNaN(until))
        {
            fail(line, target, "expected 'until TIME', as the timeline has no line 'length DURATION'");
            return null;
        }

        return [.. Enumerable.Range(0, (int)Math.Clamp(Math.Ceiling((until - from) / period), 0, Timeline.MostAilments + 1)).Select(i => from + (i * period))];
    }

    private (string Kind, string Name, int Number)? Target(TimelineLine line, TimelineWord word)
    {
        var slash = word.Text.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == word.Text.Length - 1)
        {
            fail(line, word, $"expected whom it happens to, as KIND/NAME, KIND/* or KIND/all, found {TimelineReading.Found(word)}");
            return null;
        }

        var (kind, name) = (word.Text[..slash], word.Text[(slash + 1)..]);
        string[] kinds = [.. fleet.Shape.Shares.Select(s => s.Kind).Distinct(), FleetSorts.GatewayKind];
        if (!kinds.Contains(kind))
        {
            fail(line, word, $"expected a kind, found '{kind}'; {Nearest.Say(kind, kinds)}");
            return null;
        }

        var isLink = kind == FleetSorts.GatewayKind;
        var number = name is "*" or "all" ? 0 : isLink ? fleet.FindGateway(name) : fleet.Find(kind, name);
        if (number < 0)
        {
            var nameWord = new TimelineWord(name, word.Column + slash + 1);
            fail(line, nameWord, isLink
                ? $"expected a gateway, found '{name}'; {Nearest.Say(name, fleet.Gateways)}"
                : $"expected a device, found '{name}'; a {kind} is called {Names(kind)}");
            return null;
        }

        return (kind, name, number);
    }

    private string Names(string kind)
    {
        var parts = fleet.Parts.ToArray().Where(p => p.Share.Kind == kind).ToList();
        return $"{fleet.NameOf(parts[0].First)} to {fleet.NameOf(parts[^1].First + parts[^1].Share.Devices - 1)}";
    }

    private Sort? Sort(TimelineLine line, string kind)
    {
        var word = line.Take();
        var sorts = book.Of(kind);
        var sort = sorts.FirstOrDefault(s => s.Name == word.Text);
        if (sort is null)
        {
            fail(line, word, $"expected what happens to a {kind}, found {TimelineReading.Found(word)}; {Nearest.Say(word.Text, sorts.Select(s => s.Name))}");
        }

        return sort;
    }

    private (double Severity, double Seconds)? Rest(TimelineLine line)
    {
        var severity = Timeline.UsualSeverity;
        var word = line.Take();
        if (word.Text == "severity")
        {
            var number = line.Take();
            if (!double.TryParse(number.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out severity) || severity <= 0 || severity > 1)
            {
                fail(line, number, $"expected a severity above 0 and up to 1, found {TimelineReading.Found(number)}");
                return null;
            }

            word = line.Take();
        }

        if (word.Text != "for")
        {
            fail(line, word, $"expected 'severity X' or 'for DURATION', found {TimelineReading.Found(word)}");
            return null;
        }

        word = line.Take();
        if (!TimelineLine.TrySeconds(word.Text, out var seconds) || seconds <= 0)
        {
            fail(line, word, $"expected a duration such as 90s, 1.5h or 1h30m, found {TimelineReading.Found(word)}");
            return null;
        }

        if (line.Take() is { Text.Length: > 0 } more)
        {
            fail(line, more, $"expected the end of the line, found {TimelineReading.Found(more)}");
            return null;
        }

        return (severity, seconds);
    }

    private void Plan(TimelineLine line, TimelineWord target, (string Kind, string Name, int Number) whom, Ailment ailment, int turn)
    {
        var isLink = whom.Kind == FleetSorts.GatewayKind;
        int[] numbers = isLink
            ? [.. Enumerable.Range(0, fleet.Gateways.Length)]
            : [.. fleet.Parts.ToArray().Where(p => p.Share.Kind == whom.Kind).SelectMany(p => Enumerable.Range(p.First, p.Share.Devices))];
        if (whom.Name == "*")
        {
            // From where chance points, the first that is free.
            var pick = (int)(Chance.Bits(fleet.Seed, FleetPurpose.TimelinePick, ((long)line.Number << 32) + turn) % (ulong)numbers.Length);
            var free = Enumerable.Range(0, numbers.Length).Select(i => numbers[(pick + i) % numbers.Length]).FirstOrDefault(n => IsFree(isLink, n, ailment), -1);
            Add(line, target, isLink, free, ailment, "every one of the kind");
            return;
        }

        foreach (var number in whom.Name == "all" ? numbers : [whom.Number])
        {
            if (!isStopped)
            {
                Add(line, target, isLink, IsFree(isLink, number, ailment) ? number : -1, ailment, isLink ? fleet.Gateways[number] : fleet.NameOf(number));
            }
        }
    }

    private bool IsFree(bool isLink, int number, Ailment ailment) =>
        !taken.TryGetValue((isLink, number, ailment.Sort.Name), out var others) || others.TrueForAll(o => o.End <= ailment.Onset || ailment.End <= o.Onset);

    private void Add(TimelineLine line, TimelineWord target, bool isLink, int number, Ailment ailment, string who)
    {
        if (number < 0)
        {
            fail(line, target, $"{ailment.Sort} would overlap another on {who}");
            isStopped = true;
        }
        else if (Planned.Count == Timeline.MostAilments)
        {
            fail(line, target, $"expected at most {Timeline.MostAilments} ailments in a timeline");
            isStopped = true;
        }
        else
        {
            Planned.Add(new Planned(isLink, number, ailment));
            var key = (isLink, number, ailment.Sort.Name);
            (taken.TryGetValue(key, out var list) ? list : taken[key] = []).Add(ailment);
        }
    }
}
