using System.Globalization;
using System.Runtime;

namespace PingAnIoT.Bench;

/// <summary>The tables of <c>bench -- engine</c>: what was asked for, then everything measured.</summary>
internal sealed class EngineReport(IReadOnlyDictionary<string, Findings> parts)
{
    private const string Rate = "0,,.0 M/s";
    private const string Bytes = "0.0 B";
    private const string Allocated = "0.00 B";
    private const string Millis = "0.00 ms";
    private const string Times = "0.0 ×";
    private static readonly int[] Sizes = [100_000, 1_000_000, City.Series];
    private static readonly int[] Intervals = [10, 60];

    public (Report Report, bool IsMet) Build()
    {
        var report = new Report("Rule engine", "what", "measured", "must", "aim", "met")
        {
            Company = $"nothing else runs; {(GCSettings.IsServerGC ? "server" : "workstation")} garbage collector, concurrent, tiered compilation without PGO, as the server has them",
        };
        var goals = OneCore().Concat(Peers()).Concat(Whole()).ToList();
        goals.ForEach(g => g.WriteTo(report));
        Rates(report);
        Machine(report);
        PeerTable(report);
        Rest(report);
        Notes(report);
        return (report, goals.TrueForAll(g => g.IsMet));
    }

    private IEnumerable<Goal> OneCore()
    {
        foreach (var interval in Intervals)
        {
            var (mean, five) = (Mean(City.Series, interval), parts[$"five-{City.Series}-{interval}"]);
            yield return AtLeast($"mean(60s), 3 bands, deadband, hold; 4,318,200 series each {interval} s: readings per CPU second", mean["rate"], Rate, 25e6, 50e6);
            yield return AtMost($"… state per series, each {interval} s", mean["state"], Bytes, 128, 64);
            yield return AtMost($"… allocated per reading, each {interval} s", mean["quiet-bytes"], Allocated, 0, 0);
            yield return AtMost(
                $"… flat: slowest size over fastest, each {interval} s", Sizes.Max(s => Mean(s, interval)["rate"]) / Sizes.Min(s => Mean(s, interval)["rate"]), Times, 2, 2);
            yield return AtLeast($"five rule kinds on each reading, each {interval} s: readings per CPU second", five["rate"], Rate, 12e6, 25e6);
            yield return AtMost($"… allocated per reading, each {interval} s", five["quiet-bytes"], Allocated, 0, 0);
        }
    }

    private IEnumerable<Goal> Peers()
    {
        yield return AtLeast("times plain Rx GroupBy + Buffer, 300,000 series each 10 s", Ratio("rx-buffer"), Times, 50, 50);
        yield return AtLeast("times Rx GroupBy + Scan", Ratio("rx-scan"), Times, 10, 10);
        yield return AtLeast("times RulesEngine 6", Ratio("rules-engine"), Times, 30, 30);
    }

    private IEnumerable<Goal> Whole()
    {
        var (pack, shards, absences, reload) = (parts["pack"], parts["shards-2"], parts["absences"], parts["reload"]);
        yield return AtLeast("the whole default pack over the city, each 60 s: readings per CPU second", pack["rate"], Rate, 10e6, 20e6);
        yield return AtMost("… process memory per point: names, register, index, state", pack["resident-all"], Bytes, 256, 256);
        yield return AtMost("… allocated per reading", pack["quiet-bytes"], Allocated, 0, 0);
        yield return AtLeast("router, queues and 2 shards on 2 cores, 4,318,200 series: readings per second", shards["wall-rate"], Rate, 20e6, 40e6);
        yield return AtMost("… allocated per reading, whole process", Math.Round(shards["quiet-bytes"], 2), Allocated, 0, 0);
        yield return AtMost("1,000,000 armed holds: a tick when nothing fires", parts["holds"]["median-ms"], Millis, 5, 5);
        yield return AtMost("the city's absences: a tick, average over the worst minute", absences["average-ms"], Millis, 5, 1);
        yield return AtMost("reload of 1,000 rules at city size", reload["all-ms"], Millis, 200, 200);
        yield return AtMost("… longest pause of ingest", reload["all-pause-ms"], Millis, 20, 20);
        yield return AtMost("snapshot of the city: stall in total", pack["save-ms"], Millis, 1000, 1000);
        yield return AtMost("restore of the city", pack["restore-ms"], Millis, 3000, 3000);
    }

    private void Rates(Report report)
    {
        report.Table(
            "One core, series in random order", "rules", "series", "each", "readings per CPU s (median of 5 rounds)", "worst – best", "ns", "fastest block", "machine slower than at its best", "engine state B/series",
            "process memory B/series", "allocated B/reading, quiet", "… with transitions", "transitions of readings", "longest block ms");
        foreach (var interval in Intervals)
        {
            foreach (var size in Sizes)
            {
                RateRow(report, "mean", Mean(size, interval), interval);
            }
        }

        foreach (var interval in Intervals)
        {
            RateRow(report, "five kinds", parts[$"five-{City.Series}-{interval}"], interval);
        }

        foreach (var interval in Intervals)
        {
            RateRow(report, "mean, values of full precision", parts[$"fine-{City.Series}-{interval}"], interval);
        }

        RateRow(report, "default pack", parts["pack"], 60);
        RateRow(report, "mean, at the peers' size", parts["mean-peers"], 10);
    }

    /// <summary>Whether a rate that was missed is the engine's or the machine's.</summary>
    private void Machine(Report report)
    {
        report.Table(
            "What this machine's memory gives: a loop written for one rule, in turns with the engine", "series", "each", "the loop: readings per CPU s (median of 5 rounds)", "worst – best", "fastest block",
            "the engine's median is", "its fastest block is");
        foreach (var interval in Intervals)
        {
            foreach (var size in Sizes)
            {
                var found = Mean(size, interval);
                report.Row(
                    Report.Number(found["points"]), $"{interval} s", Millions(found["hand-rate"]), $"{Millions(found["hand-rate-worst"])} – {Millions(found["hand-rate-best"])}", Millions(found["hand-undisturbed"]),
                    Fixed(100 * found["rate"] / found["hand-rate"], 0) + " %", Fixed(100 * found["undisturbed"] / found["hand-undisturbed"], 0) + " %");
            }
        }
    }

    private static void RateRow(Report report, string rules, Findings found, int interval) => report.Row(
        rules, Report.Number(found["points"]), $"{interval} s", Millions(found["rate"]), $"{Millions(found["rate-worst"])} – {Millions(found["rate-best"])}",
        Fixed(1e9 / found["rate"], 1), Millions(found["undisturbed"]), Fixed(found["slowness"], 2) + " ×", Fixed(found["state"], 1), Fixed(found["resident"], 1), Fixed(found["quiet-bytes"], 3), Fixed(found["bytes"], 3),
        $"{Report.Number(found["transitions"])} of {Report.Number(found["readings"])}", Fixed(found["longest-ms"], 1));

    private void PeerTable(Report report)
    {
        report.Table("Peers: mean over 60 s against three thresholds, 300,000 series each 10 s, one core", "engine", "readings per CPU s", "ours is", "process memory B/series", "allocated B/reading", "changes of band found");
        var ours = parts["mean-peers"];
        report.Row("PingAnIoT, with hold, deadband, clear hold, ticks", Millions(ours["rate"]), "1", Fixed(ours["resident"], 0), Fixed(ours["bytes"], 2), $"{Report.Number(parts["plain"]["changes"])} without hold and deadband");
        foreach (var (name, part) in new[] { ("Rx GroupBy + Buffer(6, 1)", "rx-buffer"), ("Rx GroupBy + Scan", "rx-scan"), ("RulesEngine 6.0.1, window by hand", "rules-engine") })
        {
            var peer = parts[part];
            report.Row(name, Millions(peer["rate"]), Fixed(Ratio(part), 1) + " ×", Fixed(peer["resident"], 0), Fixed(peer["bytes"], 0), Report.Number(peer["changes"]));
        }
    }

    private void Rest(Report report)
    {
        report.Table("Shards, ticks, reload, snapshot", "what", "figure");
        foreach (var part in new[] { "shards-1", "shards-2" })
        {
            var found = parts[part];
            report.Row($"router, queue and {part[^1]} shard(s)", $"{Millions(found["wall-rate"])} readings/s, {Millions(found["rate"])} per CPU second; {Fixed(found["quiet-bytes"], 3)} B allocated per reading, {Fixed(found["bytes"], 3)} with {Report.Number(found["transitions"])} transitions; judged {Fixed(100 * found["judged"], 2)} % of what was sent");
        }

        var (holds, absences, reload, pack) = (parts["holds"], parts["absences"], parts["reload"], parts["pack"]);
        report.Row("tick with armed holds", $"median {Fixed(holds["median-ms"], 3)} ms, longest {Fixed(holds["longest-ms"], 2)} ms; then {Report.Number(holds["fired"])} of {Report.Number(holds["armed"])} fired, {Report.Number(holds["early"])} too early");
        report.Row("tick with the city's absences", $"nothing due: median {Fixed(absences["idle-ms"], 3)} ms, longest {Fixed(absences["idle-longest-ms"], 2)} ms; eleven minutes, the first left out: average {Fixed(absences["all-average-ms"], 3)} ms, average of the worst (minute {Fixed(absences["worst-minute"], 0)}) {Fixed(absences["average-ms"], 3)} ms, longest tick {Fixed(absences["longest-ms"], 2)} ms; then {Report.Number(absences["fired"])} of {Report.Number(absences["armed"])} fired, {Report.Number(absences["early"])} too early");
        report.Row($"reload of {Report.Number(reload["rules"])} rules, all changed", $"{Fixed(reload["all-ms"], 1)} ms, longest pause {Fixed(reload["all-pause-ms"], 1)} ms (a block of readings usually: {Fixed(reload["usual-ms"], 1)} ms)");
        report.Row("… one changed", $"{Fixed(reload["one-ms"], 1)} ms, longest pause {Fixed(reload["one-pause-ms"], 1)} ms");
        report.Row("… a quantity of every kind left out or put in", $"{Fixed(reload["moved-ms"], 1)} ms, longest pause {Fixed(reload["moved-pause-ms"], 1)} ms (the worst of 6)");
        report.Row("snapshot of the city", $"{Fixed(pack["save-ms"], 0)} ms of stall, {Fixed(pack["written-ms"], 0)} ms until it is in a file of {Fixed(pack["snapshot-bytes"] / 1024 / 1024, 0)} MiB; back in {Fixed(pack["restore-ms"], 0)} ms (medians of 3), where it is {Fixed(pack["restored-bytes"] - pack["snapshot-bytes"], 0)} bytes longer when saved again");
    }

    private void Notes(Report report)
    {
        report.Note("each part in a process of its own, one after the other; only Engine.Apply (or the peer's push) is on the clock, blocks of 4,096 readings at a time are generated in between; processor time is the whole process's");
        report.Note("machine slower than at its best: a loop that touches no memory, timed between the blocks, in the median over its least; neighbours on the same host take their share of the core, and the fastest block is what is left when they do not");
        report.Note("a series reports once per interval, in an order drawn once over all series; event time flows on; a tick each second; one reading in 10,000 crosses a band in the timed rounds, none in the quiet round that follows the warm-up");
        report.Note("values are decimals as sensors send them: tenths of a kPa, a volt, a degree or a milliampere, hundredths of an ampere, a kilogram, % LEL or a metre per second, thousandths of % obscuration or a metre; the rows of full precision use all 53 bits of a double, which no packing holds");
        report.Note("the loop by hand: one line of 64 bytes a series on large pages, found by arithmetic, asked for 32 readings ahead; six buckets of 10 s in single precision, three thresholds; no hold, deadband, late readings, duplicates, ticks, nor a second rule. A round of it after each round of the engine, in the same process");
        report.Note("state is EngineCounters.Bytes over the series that report; process memory is resident bytes after a compacting collection, less those before the engine (the default pack in the first table: before the register)");
        report.Note("the city: 880,000 smoke detectors, 290,000 gas pipes, 150,000 charging piles, 69,000 lifts, 20,000 pipe networks, 10,000 cylinders, 123 gateways; 4,318,200 series report, the engine keeps room for the others too");
        report.Note("the peers are spared hold, deadband, clear hold, lateness, duplicates and ticks, and get arrays or dictionaries of the right size; Buffer is by count, since a buffer by time costs a timer per series");
        report.Note("reload: 167 kinds of three quantities with two rules each, read and checked beforehand; a collection before each");
        report.Note("shards: batches of 1,024 readings, filled before the clock starts, 128 under way, of which 32 come back together once all are gone; the router's thread and the shards' share the 2 cores");
    }

    private Findings Mean(int size, int interval) => parts[$"mean-{size}-{interval}"];

    private double Ratio(string peer) => parts["mean-peers"]["rate"] / parts[peer]["rate"];

    private static Goal AtLeast(string what, double measured, string format, double must, double aim) => new(what, measured, format, must, aim) { IsAtLeast = true };

    private static Goal AtMost(string what, double measured, string format, double must, double aim) => new(what, measured, format, must, aim);

    private static string Millions(double rate) => Fixed(rate / 1e6, 2) + " M";

    private static string Fixed(double value, int digits) => value.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
