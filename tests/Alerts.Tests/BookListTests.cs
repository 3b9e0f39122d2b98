using System.Collections.Immutable;
using CsCheck;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>What officers list, page by page, out of the packed book, against a look at every alert, unpacked.</summary>
public sealed class BookListTests
{
    private static readonly string[] Places = ["", "d1", "d1/s1", "d1/s10/c1", "d1/s1/c1", "d1/s1/c2", "d2/s1/c1", "d2/s2"];
    private static readonly string?[] Serving = [null, "/", "d1/s1/c1", "d1/s1/c1 d2/s2", "d1/s10 d2"];
    private static readonly Officer[] Officers = [new("city"), new("a", "d1"), new("b", "d1/s1"), new("c", "d1/s1/c1"), new("d", "d2/s2"), new("e", "d3")];
    private static readonly Severity[] Reds = [Severity.Green, Severity.Yellow, Severity.Red, Severity.Fault];

    /// <summary>Between two pages the book goes on: alerts come, change, move and go.</summary>
    [Fact]
    public void Every_page_is_what_a_look_at_every_alert_gives_and_a_walk_has_no_holes_and_no_repeats() => Gen.Int.Sample(
        seed =>
        {
            var random = new Random(seed);
            var city = new SmallBook(random);
            var ordered = new OrderedBook();
            for (var walk = 0; walk < 4; walk++)
            {
                city.Change(random.Next(200));
                var (officer, request) = (Officers[random.Next(Officers.Length)], Request(random));
                var (before, size, seen) = (long.MaxValue, 1 + random.Next(12), new List<Alert>());
                var always = Matching(city.Map, officer, request).Select(a => a.FirstSequence).ToHashSet();
                while (true)
                {
                    ordered.Follow(city.Snapshot);
                    var page = AlertList.Live(ordered, officer, request, request.Territory, before, size).ConvertAll(a => a.Unpack());
                    var right = Matching(city.Map, officer, request).Where(a => a.FirstSequence < before).OrderByDescending(a => a.FirstSequence).Take(size).ToList();
                    page.Should().BeEquivalentTo(right, o => o.WithStrictOrdering(), $"seed {seed}");
                    seen.AddRange(page);
                    if (page.Count < size)
                    {
                        break;
                    }

                    before = page[^1].FirstSequence;
                    city.Change(random.Next(30));
                    always.IntersectWith(Matching(city.Map, officer, request).Select(a => a.FirstSequence));
                }

                seen.Should().OnlyHaveUniqueItems(a => a.FirstSequence, $"seed {seed}");
                always.Except(seen.Select(a => a.FirstSequence)).Should().BeEmpty($"seed {seed}");
                ordered.OpenCount.Should().Be(city.Map.Values.Count(a => a.IsOpen), $"seed {seed}");
            }
        },
        iter: 300);

    [Fact]
    public void Incidents_previews_and_a_streams_open_book_are_what_a_look_at_every_alert_gives() => Gen.Int.Sample(
        seed =>
        {
            var random = new Random(seed);
            var city = new SmallBook(random);
            var ordered = new OrderedBook();
            for (var round = 0; round < 4; round++)
            {
                city.Change(random.Next(200));
                ordered.Follow(city.Snapshot);
                var officer = Officers[random.Next(Officers.Length)];
                var own = city.Map.Values.Where(a => IsOf(a, officer)).ToList();
                var (most, before) = (1 + random.Next(8), random.Next(2) == 0 ? long.MaxValue : random.Next(300));
                IncidentCause? cause = random.Next(2) == 0 ? null : IncidentCause.Fault;
                IncidentList.Open(ordered, officer, c => cause is null || c == cause, before, most).Select(i => Line(i.Read())).Should().Equal(
                    Incident.Of(own).Where(i => i.IsOpen && i.Id < before && (cause is null || i.Cause == cause)).Take(most).Select(Line), $"seed {seed}");

                OrderedBook.All(ordered.Of(officer)).Select(a => a.Id).Should().BeEquivalentTo(own.Select(a => a.Id), $"seed {seed}");

                var scope = Scope(random);
                var caught = city.Map.Values.Where(a => a.IsOpen && scope.Catches(a)).OrderByDescending(a => Colours.Rank(a.PeakColour)).ThenByDescending(a => a.FirstSequence).ToList();
                var (_, open, worst) = HeldBackOutlook.OpenNow(ordered, scope);
                worst.Select(a => a.Id).Should().Equal(caught.Take(HeldBackOutlook.Shown).Select(a => a.Id), $"seed {seed}");
                open.Should().BeEquivalentTo(caught.CountBy(a => a.PeakColour).ToDictionary(), $"seed {seed}");
            }
        },
        iter: 300);

    [Fact]
    public void What_is_read_without_unpacking_is_what_is_packed() => Gen.Int.Sample(
        seed =>
        {
            var random = new Random(seed);
            var (alert, words, writer) = (Some(random, random.Next(1, 1_000_000), random.Next(20)), new WordTable(), new PackWriter());
            var packed = PackedAlert.Of(alert, words, writer);
            var incident = alert.Incident ?? new IncidentRef(0, default, 0);
            (packed.LastSequence, packed.RaisedAtMicros, packed.Gateway, packed.Maintenance).Should().Be((alert.LastSequence, alert.RaisedAtMicros, alert.Gateway, alert.Maintenance), $"seed {seed}");
            packed.Incident.Should().Be(new AlertIncident(incident.Id, incident.Cause, incident.OpenedMicros, alert.Colour), $"seed {seed}");
            (packed.IsOf(alert.Device), packed.IsOf(alert.Device + "1"), packed.IsOf("x" + alert.Device), packed.IsOf("")).Should().Be((true, false, false, alert.Device.Length == 0), $"seed {seed}");
        },
        iter: 1_000);

    [Fact]
    public void A_page_costs_what_is_on_it_and_not_what_is_in_the_book()
    {
        var city = new SmallBook(new Random(1));
        city.Raise(20_000);
        var ordered = new OrderedBook();
        ordered.Follow(city.Snapshot);
        var officer = new Officer("li", "d1/s1");
        var before = GC.GetAllocatedBytesForCurrentThread();
        OrderedBook.Newest(ordered.Of(officer), long.MaxValue, 50, _ => true).Should().HaveCount(50);
        AlertList.Live(ordered, officer, new V1.ListRequest { Device = "none" }, "", long.MaxValue, 50).Should().BeEmpty();
        IncidentList.Open(ordered, officer, _ => true, long.MaxValue, 50).Should().NotBeEmpty();
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(200_000, "an unpacked alert is a kilobyte");
        var looked = 0;
        OrderedBook.Newest(
            ordered.Of(officer), long.MaxValue, 50, _ =>
            {
                looked++;
                return true;
            });
        looked.Should().BeLessThan(50 * Places.Length + 50);
    }

    private static IEnumerable<Alert> Matching(AlertMap map, Officer officer, V1.ListRequest request) => map.Values.Where(a =>
        IsOf(a, officer) && (request.IncludeClosed || a.IsOpen) && (request.Device.Length == 0 || a.Device == request.Device) && a.LastSequence > request.ChangedAfter
        && (request.PeakSeverity == V1.Severity.Unspecified || WireNames.Of(a.PeakColour) == request.PeakSeverity)
        && (!request.Overdue || a.Missed?.Count > 0) && (!request.Mine || a.Acknowledged?.By == officer.Name)
        && (request.Step == V1.Step.Unspecified || WireNames.Of(a.Work) == request.Step)
        && (request.Supervision == V1.Supervision.Unspecified || a.Missed?.Any(m => (int)(m.Supervision ?? Supervision.None) >= (int)request.Supervision) == true)
        && (request.Territory.Length == 0 || PlacesOf(a).Any(p => IsIn(p, officer.Territory) && IsIn(p, request.Territory))));

    /// <summary>Of known places: each of a gateway's, where it has none itself.</summary>
    private static string[] PlacesOf(Alert alert) => alert.Territory.Length > 0 ? [alert.Territory] : alert.Serves is { } serves and not "/" ? serves.Split(' ') : [];

    private static bool IsOf(Alert alert, Officer officer) =>
        PlacesOf(alert).Any(p => IsIn(p, officer.Territory)) || officer.Territory.Length == 0 || (alert.Territory.Length == 0 && alert.Serves is null);

    private static bool IsIn(string place, string territory) => territory.Length == 0 || (place + "/").StartsWith(territory + "/", StringComparison.Ordinal);

    private static V1.ListRequest Request(Random random) => new()
    {
        IncludeClosed = random.Next(2) == 0, Device = random.Next(4) == 0 ? Device(random.Next(6)) : "", ChangedAfter = random.Next(3) == 0 ? random.Next(200) : 0,
        PeakSeverity = random.Next(2) == 0 ? V1.Severity.Unspecified : WireNames.Of(Reds[random.Next(4)]), Territory = random.Next(2) == 0 ? "" : Places[random.Next(Places.Length)],
        Overdue = random.Next(4) == 0, Mine = random.Next(6) == 0, Step = random.Next(6) == 0 ? V1.Step.Acknowledged : V1.Step.Unspecified,
        Supervision = random.Next(4) == 0 ? (V1.Supervision)random.Next(4) : V1.Supervision.Unspecified,
    };

    private static AlertScope Scope(Random random) => new()
    {
        Territory = random.Next(2) == 0 ? "" : Places[random.Next(Places.Length)], Device = random.Next(4) == 0 ? Device(random.Next(6)) : "",
        Gateway = random.Next(3) == 0 ? $"gw-{random.Next(3)}" : "", Kind = random.Next(4) == 0 ? "gas-pipe" : "", Rule = random.Next(4) == 0 ? "r1" : "",
    };

    private static string Line(Incident i) =>
        $"{i.Id} {i.Cause} {i.OpenedMicros} {i.Territory} {i.Site} {i.Gateway} {i.IsOpen} {i.Colour} {i.Peak} {i.Alerts} {i.Lead.Id}: {string.Join(' ', i.Counts)}";

    private static string Device(int number) => number % 3 == 0 ? $"阀-{number}" : $"gp-{number}";

    private static Alert Some(Random random, long first, int step)
    {
        var device = random.Next(6) == 0 ? $"gw-{random.Next(3)}" : Device(random.Next(6));
        var kind = device[0] == 'g' && device[1] == 'w' ? Catalog.GatewayKind : random.Next(9) == 0 ? SystemAlerts.Kind : "gas-pipe";
        var territory = Places[random.Next(Places.Length)];
        var raised = 1_000_000_000_000_000 + (first * 1_000);
        var incident = Math.Max(1, first / 16 * 16) + (first % 3);
        return new Alert
        {
            Id = $"A-{first}", RuleId = $"r{random.Next(3)}", RuleVersion = "v", TitleZh = "超压", TitleEn = "over", Basis = "site", Kind = kind, Device = device,
            Series = random.Next(5) == 0 ? "of/another/thing" : $"{kind}/{device}/pressure-{first}", Quantity = "pressure", Unit = "kPa", Gateway = $"gw-{random.Next(3)}",
            Territory = territory, Serves = territory.Length > 0 || kind != Catalog.GatewayKind ? null : Serving[random.Next(Serving.Length)], Address = "平安路", OwnerUnit = random.Next(2) == 0 ? "" : "u",
            Condition = random.Next(2) == 0 ? AlertCondition.Active : AlertCondition.Normal, Work = random.Next(4) switch { 0 => WorkState.Closed, 1 => WorkState.Acknowledged, _ => WorkState.Raised },
            Colour = Reds[random.Next(4)], PeakColour = Reds[random.Next(4)], FirstEpisodeMicros = raised, EpisodeMicros = raised + step, ChangedEventMicros = raised,
            RaisedAtMicros = raised, ChangedAtMicros = raised + step, FirstSequence = first, LastSequence = first + step,
            Evidence = [.. Enumerable.Range(0, random.Next(3)).Select(i => new Evidence(raised - i, i, random.Next(2) == 0 ? null : "other/series/x"))],
            Deadlines = [.. Enumerable.Range(0, random.Next(4)).Select(i => new Deadline(WorkState.Acknowledged, i, 1, raised + (i * 60_000_000)))],
            Incident = random.Next(5) == 0 || incident > first ? null : new IncidentRef(incident, incident % 2 == 0 ? IncidentCause.Fault : IncidentCause.Gateway, 1_000_000_000_000_000 + (incident * 1_000)),
            Missed = random.Next(3) == 0 ? [new MissedStep(WorkState.Rectified, raised, random.Next(4) is > 0 and var hard ? (Supervision)hard : null)] : null,
            Acknowledged = random.Next(2) == 0 ? new Attestation(Officers[random.Next(Officers.Length)].Name, raised, "", Severity.Green) : null,
            Maintenance = random.Next(5) == 0 ? new MaintenanceMark(7, true) : null,
        };
    }

    /// <summary>A book without a ledger: alerts come with the next entry, and change or go with it. Threading: one owner.</summary>
    private sealed class SmallBook(Random random)
    {
        private readonly WordTable words = new();
        private readonly PackWriter writer = new();
        private readonly List<Alert> live = [];
        private long sequence;

        public AlertMap Map { get; private set; } = AlertMap.Empty;

        public BookSnapshot Snapshot => new(sequence, Map, ImmutableDictionary<string, long>.Empty);

        public void Change(int times)
        {
            for (; times > 0; times--)
            {
                var what = random.Next(5);
                if (what < 2 || live.Count == 0)
                {
                    Raise(1);
                    continue;
                }

                sequence++;
                var at = random.Next(live.Count);
                Map = Map.Without(live[at].Id);
                if (what == 2)
                {
                    live.RemoveAt(at);
                    continue;
                }

                var was = live[at];
                live[at] = Some(random, was.FirstSequence, (int)(sequence - was.FirstSequence)) with
                {
                    Incident = was.Incident, Territory = random.Next(5) == 0 ? Places[random.Next(Places.Length)] : was.Territory,
                };
                Map = Map.With(PackedAlert.Of(live[at], words, writer));
            }
        }

        public void Raise(int alerts)
        {
            for (; alerts > 0; alerts--)
            {
                live.Add(Some(random, ++sequence, 0));
                Map = Map.With(PackedAlert.Of(live[^1], words, writer));
            }
        }
    }
}
