using CsCheck;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>Random ledgers, periods and places: the report that goes through the ledger by pages says what counting all entries says.</summary>
public class ReportRandomTests
{
    private const int Ledgers = 12;
    private const int Periods = 12;
    private static readonly string[] Territories = ["d01/s03/c01/g01", "d01/s03/c02", "d01/s04/c01/g02", "d02/s01", ""];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task What_is_streamed_is_what_is_counted() => Gen.Int[0, 1_000_000].SampleAsync(PlayAsync, iter: Ledgers, threads: 1);

    private static async Task PlayAsync(int seed)
    {
        var random = new Random(seed);
        await using var kit = new LedgerKit();
        kit.Options = kit.Options with { Deadlines = DeadlinePolicy.Default };
        kit.Open();
        await RandomDays.FillAsync(kit, random, Territories);
        var entries = await kit.EntriesAsync();
        var (first, last) = (entries.Min(e => e.TimeMicros), entries.Max(e => e.TimeMicros));
        for (var i = 0; i < Periods; i++)
        {
            // The period's ends are often an entry's very moment: that is where half-open matters.
            var ends = new[] { Moment(), Moment() }.Order().ToArray();
            var upTo = random.Next(3) == 0 ? kit.Ledger.Book.Sequence : random.NextInt64(1, kit.Ledger.Book.Sequence + 1);
            var zone = TimeZoneInfo.FindSystemTimeZoneById(random.Next(2) == 0 ? "Asia/Shanghai" : "America/New_York");
            var span = new ReportSpan(ends[0], ends[1] + 1, zone, upTo);
            var officer = new Officer("x", random.Next(3) switch { 0 => "", 1 => "d01", _ => "d01/s03" });
            var level = random.Next(1, 5);
            var oracle = new ReportOracle(entries, span, officer.Covers, level);
            var reader = new ReportReader(kit.Ledger, kit.Ledger.Book, span, officer.Covers);
            var tally = await reader.CountAsync(level, Cancel);
            ReportText.Of(tally).Should().Be(oracle.Text(), $"seed {seed}, period {i}: {span}, {officer}");
            ReportText.Of(await reader.HeatAsync(level, byDay: false, Cancel)).Should().Be(oracle.Heat(), $"seed {seed}, period {i}");
            (tally.Total.OpenBefore + tally.Total.Raised + tally.Total.Reopened - tally.Total.Closed).Should().Be(tally.Total.OpenAfter, $"seed {seed}, period {i}");
            ReportText.Of(await reader.CountAsync(level, Cancel)).Should().Be(ReportText.Of(tally), "the same question has the same answer");
        }

        long Moment() => random.Next(2) == 0 ? entries[random.Next(entries.Count)].TimeMicros : random.NextInt64(first - 1, last + 2);
    }
}

/// <summary>Some days of alerts and officers, with readings that come late and clocks that are set.</summary>
internal static class RandomDays
{
    private const int Steps = 160;
    private static readonly Severity[] Colours = [Severity.Green, Severity.Yellow, Severity.Red, Severity.Fault];
    private static readonly string[] Kinds = ["gas-pipe", "elevator"];

    public static async Task FillAsync(LedgerKit kit, Random random, string[] territories)
    {
        var plants = Enumerable.Range(0, 12).Select(i => PlantOf(random, i, territories)).ToList();
        var states = new Severity[plants.Count];
        for (var step = 0; step < Steps; step++)
        {
            kit.Fake.Advance(TimeSpan.FromSeconds(random.Next(5) switch { 0 => random.Next(3_600, 30_000), 1 => 0, _ => random.Next(0, 400) }));
            if (random.Next(4) == 0)
            {
                await kit.Ledger.SweepAsync(CancellationToken.None);
            }

            var at = random.Next(plants.Count);
            var to = states[at] != Severity.Normal && random.Next(2) == 0 ? Severity.Normal : Colours[random.Next(4)];
            if (random.Next(2) == 0 && to != states[at])
            {
                // Receive times may lie behind the server's clock, as after a stop.
                kit.Ledger.Post(plants[at].To(to, kit.Now - (random.Next(3) == 0 ? random.Next(0, 4_000) * 1_000_000L : 0)));
                states[at] = to;
                await kit.FlushAsync();
            }
            else
            {
                await CommandAsync(kit, random, step);
            }
        }
    }

    private static Plant PlantOf(Random random, int number, string[] territories)
    {
        var (kind, like) = (random.Next(2), new Plant($"dev-{number}"));
        return new Plant($"dev-{number}", $"rule-{number % 3}")
        {
            Kind = Kinds[kind],
            Device = like.Device with
            {
                Kind = Catalog.Default.FindKind(Kinds[kind]), Territory = territories[random.Next(territories.Length)], Gateways = [$"gw-{random.Next(3)}"], OwnerUnit = $"unit-{random.Next(2)}",
            },
            Rule = like.Rule with { Id = $"rule-{number % 3}", Kind = Catalog.Default.FindKind(Kinds[kind]) },
        };
    }

    private static async Task CommandAsync(LedgerKit kit, Random random, int step)
    {
        var open = kit.Ledger.Book.Alerts.Values.OrderBy(a => a.Id, StringComparer.Ordinal).ToList();
        if (open.Count == 0)
        {
            return;
        }

        var alert = open[random.Next(open.Count)];
        var legal = WorkTable.LegalFrom(alert, new Officer("zhao"));
        var command = new AlertCommand(alert.Id, new Officer(random.Next(2) == 0 ? "wang" : "li"), $"k{step}", "a note", alert.LastSequence);
        _ = legal[random.Next(legal.Count)] switch
        {
            WorkAction.See => await kit.Ledger.SeeAsync(command, default),
            WorkAction.Acknowledge => await kit.Ledger.AcknowledgeAsync(command, default),
            WorkAction.Triage => await kit.Ledger.TriageAsync(command, (Verdict)random.Next(1, 5), default),
            WorkAction.Report => await kit.Ledger.ReportAsync(command, "", default),
            WorkAction.Dispatch => await kit.Ledger.DispatchAsync(command, "team", default),
            WorkAction.Arrive => await kit.Ledger.ArriveAsync(command, default),
            WorkAction.Rectify => await kit.Ledger.RectifyAsync(command, default),
            WorkAction.Confirm => await kit.Ledger.ConfirmAsync(command, default),
            WorkAction.Shelve => await kit.Ledger.ShelveAsync(command, TimeSpan.FromMinutes(random.Next(1, 30)), default),
            WorkAction.Unshelve => await kit.Ledger.UnshelveAsync(command, default),
            WorkAction.TakeOutOfService => await kit.Ledger.TakeOutOfServiceAsync(command, random.Next(2) == 0 ? null : TimeSpan.FromMinutes(random.Next(1, 400)), default),
            WorkAction.ReturnToService => await kit.Ledger.ReturnToServiceAsync(command, default),
            WorkAction.Comment => await kit.Ledger.CommentAsync(command, default),
            _ => await kit.Ledger.CloseAsync(command, (Verdict)random.Next(1, 5), default),
        };
    }
}
