using Microsoft.Extensions.Logging.Abstractions;
using PingAnIoT.Ingest;
using PingAnIoT.Rules;

namespace PingAnIoT.Bench;

/// <summary>
/// Router, queues and shard threads as the server has them, on batches like those of the intake's lanes. The batches of a round are filled before
/// its clock starts; so many are under way at a time, as the lanes' shares would have it.
/// </summary>
internal sealed class ShardsPart : ILaneOwner
{
    public const double IntervalSeconds = 10;
    private const int BatchReadings = 1024;
    private const int UnderWay = 128;

    /// <summary>A lane that has run dry goes on when so many are back, as group commits bring them: waiting for each would measure how fast a thread wakes.</summary>
    private const int BackAtOnce = 32;
    private const int WarmRounds = 9;
    private const int TimedRounds = 5;
    private readonly object gate = new();
    private readonly ShardRouter router;
    private readonly MessageBatch[] batches;
    private readonly long[] ticks;
    private readonly Feed feed;
    private int credit = UnderWay;
    private int wanted;
    private long transitions;
    private long lastTick;
    private long position;

    private ShardsPart(int series, int shards)
    {
        var workload = Workload.Make("mean", series);
        var register = workload.MakeRegister();
        feed = new Feed(workload.Points, workload.Profiles, IntervalSeconds, hasTicks: false);
        router = new ShardRouter(
            register,
            [.. Enumerable.Range(0, shards).Select(i => new Engine(register, workload.Rules, new EngineOptions { Shard = i, Shards = shards }, _ => Interlocked.Increment(ref transitions)))],
            0, NullLogger.Instance);
        batches = [.. Enumerable.Range(0, (series + BatchReadings - 1) / BatchReadings).Select(_ => new MessageBatch(new MessageDecoder(register)) { Owner = this })];
        ticks = new long[batches.Length];
    }

    public static void Measure(int series, int shards, Findings findings)
    {
        var part = new ShardsPart(series, shards);
        part.router.Start();
        for (var i = 0; i < WarmRounds; i++)
        {
            part.Round(crossings: false);
        }

        var bytes = part.Round(crossings: false).Bytes;
        findings["quiet-bytes"] = bytes / (double)series;
        var rounds = Enumerable.Range(0, TimedRounds).Select(_ => part.Round(crossings: true)).ToList();
        findings["wall-rate"] = Meter.Median(rounds.Select(r => series / r.Meter.WallSeconds));
        findings["rate"] = Meter.Median(rounds.Select(r => series / r.Meter.ProcessorSeconds));
        findings["bytes"] = rounds.Sum(r => r.Bytes) / ((double)TimedRounds * series);
        findings["transitions"] = Interlocked.Read(ref part.transitions);
        findings["judged"] = part.router.Counters.Sum(c => c.Evaluated) / (double)part.feed.Number;
        part.router.Stop(abandon: false);
    }

    public void GiveBack(MessageBatch batch)
    {
        lock (gate)
        {
            if (++credit == wanted)
            {
                Monitor.Pulse(gate);
            }
        }
    }

    private void WaitFor(int batches)
    {
        lock (gate)
        {
            for (wanted = batches; credit < batches;)
            {
                Monitor.Wait(gate);
            }

            wanted = 0;
        }
    }

    private void TakeCredit()
    {
        lock (gate)
        {
            if (credit == 0)
            {
                WaitFor(BackAtOnce);
            }

            credit--;
        }
    }

    private (Meter Meter, long Bytes) Round(bool crossings)
    {
        Fill(crossings);
        var meter = new Meter();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        meter.Begin();
        for (var i = 0; i < batches.Length; i++)
        {
            TakeCredit();
            position++;
            var batch = batches[i];
            batch.BeginStages(1);
            router.Route(batch, position);
            batch.StageDone();
            if (ticks[i] != 0)
            {
                position++;
                router.ControlComing();
                router.ToAll(new ShardJob { Control = Reading.Tick(ticks[i]), JournalPosition = position });
            }
        }

        // All credit is back when all batches are judged; only a last tick may still be on its way.
        WaitFor(UnderWay);
        while (router.EvaluatedUntil < position)
        {
            Thread.Yield();
        }

        meter.End();
        return (meter, GC.GetTotalAllocatedBytes(precise: true) - allocated);
    }

    private void Fill(bool crossings)
    {
        var left = feed.Points;
        for (var i = 0; i < batches.Length; i++)
        {
            batches[i].Readings.Clear();
            feed.Fill(batches[i].Readings, Math.Min(left, BatchReadings), crossings);
            left -= batches[i].Readings.Count;
            ticks[i] = feed.Time - lastTick >= 1_000_000 ? lastTick = feed.Time : 0;
        }
    }
}
