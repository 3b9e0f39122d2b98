using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>
/// What was known of a series at a receive time that is past: an engine of its own, which knows only the devices that bear on the series, goes on
/// from the newest snapshot before that time by the journal, as a start does. The shards at work notice nothing of it.
/// The register is the one of now; what it does not say any more is not shown. Threading: any thread asks, one is answered at a time.
/// </summary>
internal sealed class SeriesPast(
    EngineSnapshots snapshots, Journal journal, DeviceRegister register, EngineOptions options, Func<string, RuleSet?> readRules, TimeProvider time)
{
    private int isBusy;
    private long refused;

    /// <summary>Questions turned away because one was being answered.</summary>
    public long Refused => Interlocked.Read(ref refused);

    /// <param name="device">Index in the register.</param>
    /// <param name="quantity">Index within the device's kind.</param>
    /// <param name="atMicros">Receive time: what was taken in up to then is in it.</param>
    /// <param name="cancellationToken">Gives it up between two entries of the journal.</param>
    public async Task<PastExplanation> ExplainAsync(int device, int quantity, long atMicros, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref isBusy, 1) != 0)
        {
            Interlocked.Increment(ref refused);
            return new PastExplanation(null, PastRefusal.Busy);
        }

        try
        {
            // A thread of its own: it reads the disk for as long as it takes.
            return await Task.Factory.StartNew(
                () => Explain(device, quantity, atMicros, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref isBusy, 0);
        }
    }

    private PastExplanation Explain(int device, int quantity, long atMicros, CancellationToken cancellationToken)
    {
        using var hold = journal.Hold("explain", 0);
        var begin = journal.BeginPosition;
        var oldest = begin == 0 ? FirstMicros() : snapshots.OldestMicros(begin);
        if (atMicros < oldest || (oldest is null && begin > 0))
        {
            return new PastExplanation(null, PastRefusal.Gone, oldest);
        }

        for (var place = Place.None; ;)
        {
            var excerpt = RegisterExcerpt.Of(register, device, place);
            var restored = snapshots.RestoreBefore(atMicros, begin, MakeEngine);
            if (restored is null && begin > 0)
            {
                return new PastExplanation(null, PastRefusal.Gone, oldest);
            }

            var (engine, position) = restored ?? (MakeEngine(), 0);
            hold.MoveTo(position);
            var needed = Replay(engine, excerpt, register[device].Kind, place, position, atMicros, cancellationToken);
            if (needed == place)
            {
                var own = excerpt.Find(register[device].Kind, Encoding.UTF8.GetBytes(register[device].Device));
                return new PastExplanation(engine.Explain(own, quantity));
            }

            place = needed;
            Engine MakeEngine() => new(excerpt, RuleSet.Empty, options with { Shard = 0, Shards = 1 }, _ => { });
        }
    }

    /// <summary>Stops as soon as rules over a wider place are in force than the engine's register has all devices of.</summary>
    /// <returns>The place that is needed: the one given when all is well.</returns>
    private Place Replay(
        Engine engine, DeviceRegister excerpt, int kind, Place place, long from, long untilMicros, CancellationToken cancellationToken)
    {
        var scope = new ReplayScope(excerpt, untilMicros);
        Look(engine.Rules);
        if (!scope.IsOver)
        {
            // What is wrong with the journal was told when it was first replayed, and refused messages are kept already.
            new Recovery([engine], excerpt, text => Look(readRules(text)), _ => { }, NullLogger.Instance)
                .Replay(journal, from, 0, time, scope, cancellationToken);
        }

        return place;

        RuleSet? Look(RuleSet? rules)
        {
            var widest = rules?.WidestPlace(kind) ?? Place.None;
            if (widest != Place.None && (place == Place.None || widest < place))
            {
                place = widest;
                scope.IsOver = true;
            }

            return rules;
        }
    }

    private long? FirstMicros()
    {
        using var reader = journal.Read();
        while (reader.Read())
        {
            if (JournalEntry.TryRead(reader.Body, out var entry))
            {
                return entry.ReceiveTimeMicros;
            }
        }

        return null;
    }
}
