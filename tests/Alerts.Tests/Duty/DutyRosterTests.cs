using System.Collections.Immutable;
using System.Globalization;
using CsCheck;

namespace PingAnIoT.Alerts.Tests;

/// <summary>Who is on duty, against a clock that is watched minute by minute.</summary>
public sealed class DutyRosterTests
{
    private const string Post = "d01/s03";

    /// <summary>A zone and a day near which its clocks are set, or none are.</summary>
    private static readonly (string Zone, DateOnly Day)[] Days =
    [
        ("Asia/Shanghai", new(2026, 3, 8)), ("Europe/Berlin", new(2026, 3, 29)), ("Europe/Berlin", new(2026, 10, 25)), ("America/New_York", new(2026, 3, 8)),
        ("America/New_York", new(2026, 11, 1)), ("Australia/Lord_Howe", new(2026, 4, 5)), ("Australia/Lord_Howe", new(2026, 10, 4)), ("Asia/Kolkata", new(2026, 5, 1)),
        ("Asia/Shanghai", new(1991, 9, 15)), ("Africa/Casablanca", new(2026, 2, 15)), ("UTC+8", new(2026, 1, 1)),
    ];

    private static readonly string[] People = ["a", "b", "c", "d", "e", "f"];

    private static readonly Gen<ShiftRecord> GenShift = Gen.Select(
        Gen.Int[0, 95], Gen.Int[0, 96], Gen.Int[0, 20], Gen.OneOf(Gen.Const(127), Gen.Int[1, 127]),
        (from, to, first, days) => new ShiftRecord($"s{from}", from * 15, to * 15, first, days));

    private static readonly Gen<(RosterRecord Roster, DateOnly Day)> GenRoster = Gen.Select(
        Gen.Int[0, Days.Length - 1], Gen.Int[0, 40], Gen.OneOf(Gen.Const(1), Gen.Const(7), Gen.Int[1, 5]), GenShift.Array[1, 4],
        Gen.Shuffle(People).SelectMany(p => Gen.Int[1, 2].Select(n => (IReadOnlyList<string>)[.. p.Take(n)])).Array[1, 4],
        (at, before, rotate, shifts, teams) => (new RosterRecord
        {
            Territory = Post, Role = OfficerRoles.Officer, Zone = Days[at].Zone, Start = Days[at].Day.AddDays(-before + 2), RotateDays = rotate,
            Shifts = [.. shifts.Select(s => s with { FirstTeam = s.FirstTeam % teams.Length })], Teams = teams,
        }, Days[at].Day));

    /// <summary>Minutes from the day, how long, who goes, who comes.</summary>
    private static readonly Gen<(int From, int Minutes, string Absent, string Instead)[]> GenChanges = Gen.Select(
        Gen.Int[-2000, 3000], Gen.Int[1, 2000], Gen.Int[0, 6].Select(i => i == 0 ? "" : People[i - 1]), Gen.Int[0, 7].Select(i => i == 0 ? "" : i == 7 ? "x" : People[i - 1])).Array[0, 6];

    [Fact]
    public void On_duty_is_who_the_clock_on_the_wall_says() => Gen.Select(GenRoster, GenChanges).Sample(
        (made, drawn) =>
        {
            var (roster, day) = made;
            var start = day.ToDateTime(TimeOnly.MinValue).AddDays(-1);
            var from = Micros(start);
            var to = Micros(start.AddDays(3));
            List<DutyChange> changes =
            [
                .. drawn.Select((c, i) => new DutyChange
                {
                    Id = i + 1, Territory = Post, Role = OfficerRoles.Officer, Absent = c.Absent, Instead = c.Instead, Swap = i % 2 == 0 ? null : i,
                    FromMicros = Micros(start.AddDays(1).AddMinutes(c.From)), ToMicros = Micros(start.AddDays(1).AddMinutes(c.From + c.Minutes)),
                }),
            ];
            var book = BookOf(roster, changes);
            var zone = roster.Zone == "UTC+8"
                ? TimeZoneInfo.CreateCustomTimeZone("8", TimeSpan.FromHours(8), "8", "8") : TimeZoneInfo.FindSystemTimeZoneById(roster.Zone);
            var oracle = new RosterOracle(roster, changes, utc => TimeZoneInfo.ConvertTimeFromUtc(DateTime.SpecifyKind(utc, DateTimeKind.Utc), zone), start.AddDays(-2));
            while (oracle.NowUtc < start)
            {
                oracle.NextMinute();
            }

            var stretches = DutyRoster.Between(book, Post, OfficerRoles.Officer, from, to);
            stretches[0].FromMicros.Should().Be(from);
            stretches[^1].ToMicros.Should().Be(to);
            var at = 0;
            for (; oracle.NowUtc < start.AddDays(3); oracle.NextMinute())
            {
                var now = Micros(oracle.NowUtc);
                at += stretches[at].ToMicros <= now ? 1 : 0;
                var wanted = string.Join(' ', oracle.OnDuty());
                var found = string.Join(' ', stretches[at].Officers.Select(o => o.Officer));
                if (found != wanted)
                {
                    throw new InvalidOperationException($"{Describe(roster, changes)} at {oracle.NowUtc:O}: '{found}', not '{wanted}'");
                }
            }

            foreach (var stretch in stretches)
            {
                var own = DutyRoster.Own(book, Post, OfficerRoles.Officer, stretch.FromMicros + 1);
                string.Join(' ', own.Officers).Should().Be(string.Join(' ', stretch.Officers));
            }
        },
        iter: 300, print: p => Describe(p.Item1.Roster, []));

    [Theory]
    [InlineData("Europe/Berlin", "2026-03-28", 7, "the night on which an hour is left out")]
    [InlineData("Europe/Berlin", "2026-10-24", 9, "the night on which an hour comes twice")]
    [InlineData("Asia/Shanghai", "2026-10-24", 8, "no change of clocks")]
    public void A_night_shift_over_a_change_of_clocks_is_as_long_as_it_is(string zone, string day, int hours, string why)
    {
        var roster = Simple(zone, day) with { Shifts = [new ShiftRecord("night", 22 * 60, 6 * 60, 0)] };
        var from = Micros(DateTime.Parse(day, CultureInfo.InvariantCulture));
        var night = DutyRoster.Between(BookOf(roster, []), Post, OfficerRoles.Officer, from, from + (48 * 3_600_000_000L)).First(s => s.Officers.Count > 0);
        ((night.ToMicros - night.FromMicros) / 3_600_000_000.0).Should().Be(hours, why);
    }

    [Fact]
    public void Nobody_there_means_the_parent_then_a_neighbour_then_further_up_and_it_says_so()
    {
        var tree = new TerritoryTree(
        [
            new("d01", "东城", "East", []), new("d01/s03", "三街", "Third", []), new("d01/s03/c01", "", "", []), new("d01/s03/c02", "", "", ["d01/s03/c03"]),
            new("d01/s03/c03", "", "", []),
        ]);
        DutyAnswer Ask(params (string Territory, string Officer)[] rosters) => DutyRoster.Who(
            rosters.Aggregate(DutyBook.Empty, (b, r) => With(b, Simple("UTC", "2026-01-01") with { Territory = r.Territory, Teams = [[r.Officer]] }, [])),
            tree, "d01/s03/c02", OfficerRoles.Officer, Micros(new DateTime(2026, 5, 1)));
        Ask(("d01/s03/c02", "li"), ("d01/s03", "wang")).Should().BeEquivalentTo(new { Source = DutySource.Own, StandIn = "d01/s03/c02" });
        Ask(("d01/s03", "wang"), ("d01/s03/c03", "zhao")).Should().BeEquivalentTo(new { Source = DutySource.Parent, StandIn = "d01/s03", Why = new[] { "d01/s03/c02 has no roster" } });
        Ask(("d01", "qian"), ("d01/s03/c03", "zhao"), ("d01/s03/c01", "sun")).Should().BeEquivalentTo(new { Source = DutySource.Neighbour, StandIn = "d01/s03/c03" }, "the file says which are neighbours");
        Ask(("", "chief"), ("d01/s03/c01", "sun")).Should().BeEquivalentTo(new { Source = DutySource.Above, StandIn = "" });
        Ask(("d02", "far")).Should().BeEquivalentTo(new { Source = DutySource.Nobody, Officers = Array.Empty<OnDuty>() });
        Ask(("d02", "far")).Why.Should().HaveCount(5);
    }

    [Fact]
    public void Who_may_not_sign_in_any_more_is_not_on_duty_and_leaves_a_gap()
    {
        var book = BookOf(Simple("UTC", "2026-01-01"), []);
        book = book with { Officers = book.Officers.Add("a", new OfficerRecord("a", "", "", OfficerRoles.Officer, Post, IsDisabled: true)) };
        var from = Micros(new DateTime(2026, 5, 1));
        DutyRoster.Between(book, Post, OfficerRoles.Officer, from, from + 1_000_000).Should().ContainSingle().Which.IsGap.Should().BeTrue();
    }

    private static RosterRecord Simple(string zone, string start) => new()
    {
        Territory = Post, Role = OfficerRoles.Officer, Zone = zone, Start = DateOnly.Parse(start, CultureInfo.InvariantCulture), RotateDays = 1,
        Shifts = [new ShiftRecord("day", 0, 24 * 60, 0)], Teams = [["a"]],
    };

    private static DutyBook BookOf(RosterRecord roster, List<DutyChange> changes) => With(DutyBook.Empty, roster, changes);

    private static DutyBook With(DutyBook book, RosterRecord roster, List<DutyChange> changes) =>
        book with { Posts = book.Posts.SetItem((roster.Territory, roster.Role), new DutyPost([roster], [.. changes])) };

    private static long Micros(DateTime utc) => (utc - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static string Describe(RosterRecord roster, List<DutyChange> changes) =>
        $"{roster.Zone} from {roster.Start:O} by {roster.RotateDays}: {string.Join("; ", roster.Shifts)} of {string.Join(" | ", roster.Teams.Select(t => string.Join(' ', t)))} with {string.Join("; ", changes)}";
}
