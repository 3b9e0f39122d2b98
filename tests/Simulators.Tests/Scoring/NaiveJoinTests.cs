using CsCheck;

namespace PingAnIoT.Simulators.Tests;

/// <summary>The join against one that looks at every pair of a cry and an entry, as the words of the contract say it; CsCheck prints the seed of a failing case.</summary>
public sealed class NaiveJoinTests
{
    private static readonly Sort[] Sorts = [ScoreStory.Leak, ScoreStory.Burst, ScoreStory.Dead, ScoreStory.Spike, ScoreStory.Gone, ScoreStory.Flaps];
    private static readonly string[] Devices = ["a", "b", "a2", "b2"];
    private static readonly string[] Places = ["D", "D/C/S", "D/C/S/G1", "D/C/S/G2", "D/C/S/G"];

    private static readonly Gen<TruthEntry> Entry = Gen.Select(Gen.Int[0, 5], Gen.Int[0, 3], Gen.Int[0, 400], Gen.Int[0, 200], Gen.Int[-1, 60]).Select((s, d, onset, length, findable) =>
    {
        var sort = Sorts[s];
        var isLink = sort.Kind == "gateway";
        var device = isLink ? "g" + (d % 2) : Devices[d];
        return new TruthEntry(
            new Ailment(sort, onset, onset + length, 1), sort.Kind!, device, isLink ? "" : ScoreStory.Territory(device),
            findable < 0 ? double.NaN : onset + findable, onset + length, 10);
    });

    private static readonly Gen<(int Alert, AlertClass Class, int Time, int Late)> Change =
        Gen.Select(Gen.Int[0, 11], Gen.Int[0, 4], Gen.Int[0, 600], Gen.Int[0, 30]).Select((alert, level, time, late) => (alert, (AlertClass)level, time, late));

    /// <summary>Of gateway g0; the other's is right.</summary>
    private static readonly Gen<BentClock> Clock = Gen.Select(Gen.Int[0, 300], Gen.Int[0, 300], Gen.Int[-120, 120]).Select((from, length, ahead) => new BentClock(from, from + length, ahead));

    private enum Said
    {
        Nothing,
        Colour,
        Fault,
    }

    [Fact]
    public void Verdicts_and_findings_are_those_of_the_naive_join() => Gen.Select(Entry.Array[0, 12], Change.Array[0, 40], Clock).Sample(
        (truth, changes, clock) =>
        {
            var alerts = changes.OrderBy(c => c.Time).Select((c, i) => Seen(c, i)).ToList();
            var links = new TruthLinks(GatewayOf, (device, shown) => GatewayOf(device) == "g0" ? clock.FirstShown(shown) : shown);
            var join = TruthJoin.Of(truth, EpisodeFold.Of(alerts.OrderBy(a => a.SeenSeconds).Select(links.ByTrueClock)).Episodes, GatewayOf);
            var (verdicts, found, spoken) = Naive(truth, [.. alerts.Select(a => a with { EventSeconds = True(a, clock) })]);
            join.Judged.Select(j => j.Verdict).Should().Equal(verdicts);
            join.Findings.Select(f => f.IsFound ? f.FoundAt : -1).Should().Equal(found);
            join.Findings.Select(f => f.Episodes).Should().Equal(spoken);

            var soFar = new FoundSoFar(truth, links);
            alerts.ForEach(soFar.Add);
            soFar.FoundBy(double.MaxValue).Should().Be(found.Count(f => f >= 0));
            soFar.FoundBy(200).Should().Be(truth.Where((e, i) => found[i] >= 0 && e.FindableAt <= 200).Count());
        },
        iter: 20_000);

    /// <summary>The first second at which the clock showed what the alarm bears, but none after it was seen.</summary>
    private static double True(AlertSeen alert, BentClock clock) => alert.Kind == "gateway" || GatewayOf(alert.Device) != "g0" ? alert.EventSeconds
        : Math.Min(alert.SeenSeconds, Enumerable.Range(-200, 1200).First(t => clock.At(t) >= alert.EventSeconds));

    private static string GatewayOf(string device) => device.StartsWith('a') ? "g0" : "g1";

    /// <summary>Alerts 0 to 7 are of devices, 8 and 9 of gateways, 10 and 11 of places (each alert number is one alert, so it has one subject).</summary>
    private static AlertSeen Seen((int Alert, AlertClass Class, int Time, int Late) c, int index)
    {
        var device = c.Alert is 8 or 9 ? "g" + (c.Alert % 2) : Devices[c.Alert % 4];
        var isPlace = c.Alert >= 10;
        return new AlertSeen(
            "alert" + c.Alert, index, "rule", c.Alert is 8 or 9 ? "gateway" : "gas", device, isPlace ? Places[c.Alert % 5] : ScoreStory.Territory(device),
            isPlace, c.Class, c.Time, c.Time + c.Late);
    }

    private static (List<Verdict> Verdicts, double[] Found, int[] Spoken) Naive(TruthEntry[] truth, List<AlertSeen> alerts)
    {
        var found = truth.Select(_ => -1.0).ToArray();
        var spoken = new int[truth.Length];
        var verdicts = new List<(int Order, Verdict Verdict)>();
        foreach (var alert in alerts.GroupBy(a => a.AlertId))
        {
            var (said, level) = (Said.Nothing, AlertClass.None);
            var cries = new List<AlertSeen>();
            foreach (var change in alert.Append(alert.Last() with { Class = AlertClass.None }))
            {
                var now = change.Class == AlertClass.None ? Said.Nothing : change.Class == AlertClass.Fault ? Said.Fault : Said.Colour;
                if (now != said && cries.Count > 0)
                {
                    verdicts.Add(((int)cries[0].Sequence, Close(truth, cries, found, spoken)));
                    cries.Clear();
                }

                if (now != Said.Nothing && (now != said || change.Class > level))
                {
                    cries.Add(change);
                }

                (said, level) = (now, change.Class);
            }
        }

        return ([.. verdicts.OrderBy(v => v.Order).Select(v => v.Verdict)], found, spoken);
    }

    private static Verdict Close(TruthEntry[] truth, List<AlertSeen> cries, double[] found, int[] spoken)
    {
        var verdict = Verdict.False;
        for (var i = 0; i < truth.Length; i++)
        {
            var (entry, sort) = (truth[i], truth[i].Ailment.Sort);
            var during = cries.Where(c => c.EventSeconds >= entry.Ailment.Onset - 1 && c.EventSeconds <= entry.SettledAt).ToList();
            var isFault = cries[0].Class == AlertClass.Fault;
            if (isFault && sort == ScoreStory.Gone && during.Exists(c => c.Kind != "gateway" && GatewayOf(c.Device) == entry.Device) && verdict == Verdict.False)
            {
                verdict = Verdict.Secondary;
            }

            if (sort.Nature != (isFault ? Nature.Defect : Nature.Incident) || !during.Exists(c => IsOf(c, entry)))
            {
                continue;
            }

            spoken[i]++;
            var isNeeded = !double.IsNaN(entry.FindableAt);
            verdict = isNeeded ? Verdict.True : verdict == Verdict.True ? Verdict.True : Verdict.Minor;
            foreach (var cry in during.Where(c => isNeeded && c.Class >= sort.AtLeast))
            {
                found[i] = found[i] < 0 ? cry.SeenSeconds : Math.Min(found[i], cry.SeenSeconds);
            }
        }

        return verdict;
    }

    private static bool IsOf(AlertSeen alert, TruthEntry entry) => alert.IsOfPlace
        ? alert.Kind == entry.Kind && (entry.Territory == alert.Territory || entry.Territory.StartsWith(alert.Territory + "/", StringComparison.Ordinal))
        : alert.Device == entry.Device && (alert.Kind == "gateway") == (entry.Kind == "gateway");
}
