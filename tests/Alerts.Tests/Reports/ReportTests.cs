using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>Reports of days that were written by hand, with the numbers an officer would count.</summary>
public class ReportTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static readonly DeadlinePolicy Policy = PolicyFile.Parse(
        """
        zone: Asia/Shanghai
        deadlines:
          red: { acknowledged: 60s, rectified: 24h }
          yellow: { acknowledged: 15m }
        """,
        "report.yaml").Policy!;

    /// <summary>The clock begins at 16:00 in Shanghai: eight hours later a new day does.</summary>
    private const string TwoDays = """
        0s      red gas-pipe/gp-1 in d01/s03/c02/g07
        30s     wang acknowledges
        40s     wang triages real "gas"
        50s     wang dispatches team-3
        10m50s  zhao arrives
        1h      yellow elevator/lift-1 in d01/s04/c01
        1h20m   wang acknowledges
        1h30m   normal
        1h31m   wang closes false
        2h      normal on gas-pipe/gp-1
        3h      zhao rectifies "valve changed" on gas-pipe/gp-1
        7h59m   yellow gas-pipe/gp-2 in d02/s01
        8h      li closes real on gas-pipe/gp-1
        8h10m   wang acknowledges on gas-pipe/gp-2
        """;

    [Fact]
    public async Task What_is_overdue_for_ever_is_a_number_of_its_alert_and_no_list()
    {
        await using var kit = new LedgerKit();
        kit.Options = kit.Options with
        {
            Deadlines = PolicyFile.Parse("deadlines: { red: { acknowledged: { within: 60s, repeat: 60s, levels: always, chain: [grid] } } }", "p.yaml").Policy!,
        };
        var ledger = kit.Open();
        ledger.Post(new Plant().To(Severity.Red, kit.Now));
        await kit.FlushAsync();
        for (var minute = 0; minute < 100; minute++)
        {
            kit.Fake.Advance(TimeSpan.FromSeconds(60));
            await ledger.SweepAsync(Cancel);
        }

        var life = new Life(new ReportSpan(0, long.MaxValue, TimeZoneInfo.Utc));
        foreach (var entry in await kit.EntriesAsync())
        {
            life.Take(entry);
        }

        life.Deadlines.Should().Equal(new Dictionary<WorkState, DeadlineTally> { [WorkState.Acknowledged] = new(0, 1, 99) });
        life.Breaches.Should().Be(100);
    }

    [Fact]
    public async Task The_first_day()
    {
        await using var kit = await PlayAsync(TwoDays);
        ReportText.Of(await CountAsync(kit, "2026-03-01")).Should().Be("""
            total: 0 open, 3 raised, 0 reopened, 1 closed, 2 left; 0 came back, 1 breaches; real 0, false 1, test 0, repair 0
            colour red: 0 open, 1 raised, 0 reopened, 0 closed, 1 left; 0 came back, 0 breaches; real 0, false 0, test 0, repair 0
            colour yellow: 0 open, 2 raised, 0 reopened, 1 closed, 1 left; 0 came back, 1 breaches; real 0, false 1, test 0, repair 0
            kind elevator: 0 open, 1 raised, 0 reopened, 1 closed, 0 left; 0 came back, 1 breaches; real 0, false 1, test 0, repair 0
            kind gas-pipe: 0 open, 2 raised, 0 reopened, 0 closed, 2 left; 0 came back, 0 breaches; real 0, false 0, test 0, repair 0
            territory d01/s03: 0 open, 1 raised, 0 reopened, 0 closed, 1 left; 0 came back, 0 breaches; real 0, false 0, test 0, repair 0
            territory d01/s04: 0 open, 1 raised, 0 reopened, 1 closed, 0 left; 0 came back, 1 breaches; real 0, false 1, test 0, repair 0
            territory d02/s01: 0 open, 1 raised, 0 reopened, 0 closed, 1 left; 0 came back, 0 breaches; real 0, false 0, test 0, repair 0
            gateway gw-7: 0 open, 3 raised, 0 reopened, 1 closed, 2 left; 0 came back, 1 breaches; real 0, false 1, test 0, repair 0
            owner 燃气公司: 0 open, 3 raised, 0 reopened, 1 closed, 2 left; 0 came back, 1 breaches; real 0, false 1, test 0, repair 0
            rule gas-pipe-overpressure: 0 open, 3 raised, 0 reopened, 1 closed, 2 left; 0 came back, 1 breaches; real 0, false 1, test 0, repair 0
            deadline acknowledged all: 1 kept, 1 missed, 0 escalated
            time to acknowledged all: 2, mean 615 s, median 30.207999 s, p90 1200 s
            deadline acknowledged yellow: 0 kept, 1 missed, 0 escalated
            time to acknowledged yellow: 1, mean 1200 s, median 1200 s, p90 1200 s
            deadline acknowledged red: 1 kept, 0 missed, 0 escalated
            time to acknowledged red: 1, mean 30 s, median 30 s, p90 30 s
            time to triaged all: 1, mean 40 s, median 40 s, p90 40 s
            time to triaged red: 1, mean 40 s, median 40 s, p90 40 s
            time to dispatched all: 1, mean 50 s, median 50 s, p90 50 s
            time to dispatched red: 1, mean 50 s, median 50 s, p90 50 s
            time to arrived all: 1, mean 650 s, median 650 s, p90 650 s
            time to arrived red: 1, mean 650 s, median 650 s, p90 650 s
            deadline rectified all: 1 kept, 0 missed, 0 escalated
            time to rectified all: 1, mean 10800 s, median 10800 s, p90 10800 s
            deadline rectified red: 1 kept, 0 missed, 0 escalated
            time to rectified red: 1, mean 10800 s, median 10800 s, p90 10800 s
            time to closed all: 1, mean 1860 s, median 1860 s, p90 1860 s
            time to closed yellow: 1, mean 1860 s, median 1860 s, p90 1860 s
            """);
    }

    [Fact]
    public async Task What_happens_at_midnight_is_of_the_second_day()
    {
        await using var kit = await PlayAsync(TwoDays);
        var lines = ReportText.Of(await CountAsync(kit, "2026-03-02")).Split('\n');
        lines[0].Should().Be("total: 2 open, 0 raised, 0 reopened, 1 closed, 1 left; 0 came back, 0 breaches; real 1, false 0, test 0, repair 0");
        lines.Should().Contain("deadline acknowledged yellow: 1 kept, 0 missed, 0 escalated").And.Contain("time to closed red: 1, mean 28800 s, median 28800 s, p90 28800 s");
        ReportText.Of(await CountAsync(kit, "2026-02-28")).Should().Be("total: 0 open, 0 raised, 0 reopened, 0 closed, 0 left; 0 came back, 0 breaches; real 0, false 0, test 0, repair 0");
        ReportText.Of(await CountAsync(kit, "2026-03-03")).Should().StartWith("total: 1 open, 0 raised, 0 reopened, 0 closed, 1 left;");
    }

    [Fact]
    public async Task A_report_up_to_an_entry_stays_what_it_was()
    {
        await using var kit = await PlayAsync(TwoDays);
        var upTo = kit.Ledger.Book.Sequence;
        var before = ReportText.Of(await CountAsync(kit, "2026-03-02"));
        kit.Fake.Advance(TimeSpan.FromDays(2));
        var left = kit.Ledger.Book.Alerts.Values.Single(a => a.IsOpen);
        kit.Ledger.Post(new Plant("gp-9").To(Severity.Red, kit.Now - 40L * 3_600_000_000));
        (await kit.Ledger.CloseAsync(new AlertCommand(left.Id, new Officer("li"), "late", "over"), Verdict.False, Cancel)).IsDone.Should().BeTrue();
        ReportText.Of(await CountAsync(kit, "2026-03-02", upTo)).Should().Be(before);
        ReportText.Of(await CountAsync(kit, "2026-03-02")).Should().NotBe(before, "a reading that came late is of the day it came");
        ReportText.Of(await CountAsync(await ReopenedAsync(kit), "2026-03-02", upTo)).Should().Be(before);
    }

    [Fact]
    public async Task A_shift_bears_what_comes_while_it_is_on_duty()
    {
        await using var kit = new LedgerKit();
        kit.Open();
        var roster = new RosterRecord
        {
            Territory = "d01/s03", Role = OfficerRoles.Officer, Zone = "UTC", Start = new DateOnly(2026, 3, 1), RotateDays = 1,
            Shifts = [new ShiftRecord("day", 8 * 60, 20 * 60, 0), new ShiftRecord("night", 20 * 60, 8 * 60, 1)], Teams = [["a"], ["b", "c"]],
        };
        (await kit.Ledger.DecideAsync(t => RosterCommands.Set(t, new DutyRequest(new Officer("boss"), "", TerritoryTree.Empty), roster), Cancel)).IsDone.Should().BeTrue();
        var chatters = new Plant("gp-1") { Device = new Plant("gp-1").Device with { Territory = "d01/s03/c01" } };
        for (var i = 0; i < 12; i++)
        {
            await Post(chatters, i % 2 == 0 ? Severity.Red : Severity.Normal);
            kit.Fake.Advance(TimeSpan.FromSeconds(10));
        }

        for (var i = 0; i < 9; i++)
        {
            await Post(new Plant($"gp-1{i}") { Device = new Plant($"gp-1{i}").Device with { Territory = "d01/s03" } }, Severity.Yellow);
        }

        await Post(new Plant("gp-far") { Device = new Plant("gp-far").Device with { Territory = "d02/s01" } }, Severity.Yellow);
        kit.Fake.Advance(TimeSpan.FromHours(13));
        await Post(new Plant("gp-2") { Device = new Plant("gp-2").Device with { Territory = "d01/s03/c02" } }, Severity.Green);
        kit.Fake.Advance(TimeSpan.FromHours(30));
        await Post(new Plant("gp-3") { Device = new Plant("gp-3").Device with { Territory = "d01" } }, Severity.Green);

        var span = new ReportSpan(Micros.From(LedgerKit.Start), Micros.From(LedgerKit.Start.AddDays(2)), TimeZoneInfo.Utc, kit.Ledger.Book.Sequence);
        var report = new ReportReader(kit.Ledger, kit.Ledger.Book, span, _ => true);
        var end = await report.EndMicrosAsync(Cancel);
        end.Should().Be(kit.Now + 1, "the ledger has come no further");
        var duty = new DutyLoad(kit.Ledger.Book.Duty, TerritoryTree.Empty, span.FromMicros, end);
        var tally = await report.BearAsync(duty, end, Cancel);
        (tally.Total.Alerts, tally.Total.Most, tally.Chattering.Count, tally.Stale).Should().Be((18L, 16L, 1, 12));
        tally.Top.Single().Alerts.Should().Be(18);
        duty.Post("d01/s03").Select(s => FormattableString.Invariant(
                $"{string.Join(',', s.Stretch.Officers.Select(o => o.Officer))}: {s.Meter.Read().Alerts}, most {s.Meter.Read().Most}, flood {s.Meter.Read().FloodMicros / 60_000_000} min, {s.Chattering.Count} chatter, {s.Stale} stale"))
            .Should().Equal("a: 15, most 15, flood 10 min, 1 chatter, 0 stale", "b,c: 1, most 1, flood 0 min, 0 chatter, 0 stale", "b,c: 0, most 0, flood 0 min, 0 chatter, 10 stale", "a: 0, most 0, flood 0 min, 0 chatter, 11 stale");

        async Task Post(Plant plant, Severity to)
        {
            kit.Ledger.Post(plant.To(to, kit.Now));
            await kit.FlushAsync();
        }
    }

    /// <summary>Red overtakes what waits for the disk: the last entry is not the latest.</summary>
    [Fact]
    public async Task The_figures_of_an_unfinished_day_count_what_its_report_counts()
    {
        await using var kit = new LedgerKit();
        kit.Open();
        var roster = new RosterRecord
        {
            Territory = "d01", Role = OfficerRoles.Officer, Zone = "UTC", Start = new DateOnly(2026, 3, 1), RotateDays = 1, Shifts = [new ShiftRecord("all", 0, 24 * 60, 0)], Teams = [["a"]],
        };
        (await kit.Ledger.DecideAsync(t => RosterCommands.Set(t, new DutyRequest(new Officer("boss"), "", TerritoryTree.Empty), roster), Cancel)).IsDone.Should().BeTrue();
        var from = kit.Now;
        await Post("gp-1", Severity.Red, 10_050_000);
        await Post("gp-2", Severity.Yellow, 10_020_000);
        var upTo = kit.Ledger.Book.Sequence;
        await Post("gp-3", Severity.Yellow, 10_030_000);

        var span = new ReportSpan(from, from + (24 * 3_600_000_000L), TimeZoneInfo.Utc, upTo);
        var report = new ReportReader(kit.Ledger, kit.Ledger.Book, span, _ => true);
        var end = await report.EndMicrosAsync(Cancel);
        end.Should().Be(from + 10_050_001);
        var duty = new DutyLoad(kit.Ledger.Book.Duty, TerritoryTree.Empty, span.FromMicros, end);
        var figures = await report.BearAsync(duty, end, Cancel);
        ReportText.Of(await report.CountAsync(2, Cancel)).Should().StartWith("total: 0 open, 2 raised");
        (figures.Total.Alerts, duty.Post("d01").Sum(s => s.Meter.Read().Alerts)).Should().Be((2L, 2L));

        async Task Post(string device, Severity to, long after)
        {
            kit.Ledger.Post(new Plant(device).To(to, from + after));
            await kit.FlushAsync();
        }
    }

    [Fact]
    public void One_report_for_each_officer_and_two_in_all()
    {
        using var meter = new OneMeter();
        using var metrics = new AlertsMetrics(meter);
        var desk = new ReportDesk(metrics);
        var wang = desk.TryEnter("wang", out _)!;
        desk.TryEnter("wang", out var isOwn).Should().BeNull();
        isOwn.Should().BeTrue();
        using var li = desk.TryEnter("li", out _)!;
        desk.TryEnter("zhao", out isOwn).Should().BeNull();
        isOwn.Should().BeFalse();
        wang.Dispose();
        using var zhao = desk.TryEnter("zhao", out _);
        zhao.Should().NotBeNull();
    }

    [Fact]
    public void A_report_that_is_too_wide_is_refused_and_not_made_of_a_part()
    {
        var tally = new ReportTally(4);
        var span = new ReportSpan(0, 1_000, TimeZoneInfo.Utc);
        var fill = () =>
        {
            for (var i = 0; i <= ReportTally.MostNames; i++)
            {
                tally.Add(Life.Untouched(Some(i), span));
            }
        };
        fill.Should().Throw<ReportTooWideException>().WithMessage("*wider level*");
    }

    [Theory]
    [InlineData("d01/s03/c02/g07", 1, "d01")]
    [InlineData("d01/s03/c02/g07", 3, "d01/s03/c02")]
    [InlineData("d01/s03", 4, "d01/s03")]
    [InlineData("", 2, "")]
    public void A_territory_is_cut_to_its_level(string territory, int level, string cut) => PlaceText.Cut(territory, level).Should().Be(cut);

    private static Alert Some(int number) => new()
    {
        Id = $"a{number}", RuleId = "r", RuleVersion = "", TitleZh = "", TitleEn = "", Basis = "", Series = "", Kind = "k", Device = "", Quantity = "", Unit = "",
        Territory = $"d{number}", Condition = AlertCondition.Active, Colour = Severity.Red, PeakColour = Severity.Red, Work = WorkState.Raised,
        FirstEpisodeMicros = 0, EpisodeMicros = 0, ChangedEventMicros = 0, RaisedAtMicros = 0, ChangedAtMicros = 0, FirstSequence = 1, LastSequence = 1,
    };

    private static async Task<LedgerKit> ReopenedAsync(LedgerKit kit)
    {
        await kit.ReopenAsync();
        return kit;
    }

    private static async Task<ReportTally> CountAsync(LedgerKit kit, string day, long? upTo = null)
    {
        var span = ReportSpan.Of(ReportPeriod.Day, ReportSpan.Day(day)!.Value, Policy.Calendar.Zone) with { UpTo = upTo ?? kit.Ledger.Book.Sequence };
        return await new ReportReader(kit.Ledger, kit.Ledger.Book, span, _ => true).CountAsync(2, Cancel);
    }

    private static async Task<LedgerKit> PlayAsync(string text)
    {
        var kit = new LedgerKit();
        kit.Options = kit.Options with { Deadlines = Policy };
        kit.Open();
        var plant = new TimelinePlant();
        var officers = new TimelineOfficers(() => kit.Ledger, plant, new TimelineDuty(() => kit.Ledger, null));
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries))
        {
            var cut = line.IndexOf(' ', StringComparison.Ordinal);
            var (at, what) = (Micros.From(LedgerKit.Start) + ((long)(TimelineFile.Seconds(line[..cut])!.Value * 1_000_000)), line[cut..].Trim());
            kit.Fake.Advance(TimeSpan.FromMicroseconds(at - kit.Now));
            await kit.Ledger.SweepAsync(Cancel);
            var words = what.Split(' ');
            if (TimelinePlant.Speaks(words[0]))
            {
                string[] spoken = words.Length == 3 && words[1] == "on" ? [words[0], words[2]] : words;
                await plant.PostAsync(kit.Ledger, spoken, kit.Now, Cancel);
            }
            else
            {
                (await officers.DoAsync(what)).Should().Be("done", line);
            }
        }

        return kit;
    }

    private sealed class OneMeter : System.Diagnostics.Metrics.IMeterFactory
    {
        public System.Diagnostics.Metrics.Meter Create(System.Diagnostics.Metrics.MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
