using System.Diagnostics.Metrics;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>
/// What the engines of all shards made of their readings. The sum over the outcomes is the number of readings judged: it reaches
/// <c>pingan.intake.readings.accepted</c> (plus the gateways' own comings and goings) when the shards have caught up.
/// </summary>
internal sealed class EngineMetrics
{
    private readonly Func<IEnumerable<EngineCounters>> shards;

    public EngineMetrics(IMeterFactory meters, Func<IEnumerable<EngineCounters>> shards, Func<long> questionsRefused)
    {
        this.shards = shards;
        var meter = meters.Create("PingAnIoT.Ingest");
        meter.CreateObservableCounter("pingan.engine.readings", Readings, "{reading}", "Readings judged, by what became of them");
        meter.CreateObservableCounter("pingan.engine.transitions", () => Sum(c => c.Transitions), "{transition}", "Transitions of rules on series");
        meter.CreateObservableCounter("pingan.engine.dropped_at_bound", () => Sum(c => c.DroppedAtBound), "{reading}", "Readings that fell out of a full series");
        meter.CreateObservableCounter("pingan.engine.failed", () => Sum(c => c.Failed), "{failure}", "Readings, and holds and silences that were due, on which judging failed");
        meter.CreateObservableCounter("pingan.engine.questions_refused", questionsRefused, "{question}", "Questions about a series turned away as too many waited");
        meter.CreateObservableUpDownCounter("pingan.engine.series", () => Sum(c => c.Series), "{series}", "Series with state");
        meter.CreateObservableUpDownCounter("pingan.engine.bytes", () => Sum(c => c.Bytes), "By", "State held");
    }

    private IEnumerable<Measurement<long>> Readings() =>
    [
        Outcome(c => c.Evaluated, "evaluated"),
        Outcome(c => c.Unwatched, "unwatched"),
        Outcome(c => c.Duplicates, "duplicate"),
        Outcome(c => c.Late, "late"),
        Outcome(c => c.Impossible, "impossible"),
    ];

    private Measurement<long> Outcome(Func<EngineCounters, long> count, string outcome) => new(Sum(count), new KeyValuePair<string, object?>("outcome", outcome));

    private long Sum(Func<EngineCounters, long> count) => shards().Sum(count);
}
