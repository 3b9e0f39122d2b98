using System.Text;
using Microsoft.Extensions.Logging;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>What a start found and did.</summary>
/// <param name="From">Where the replay began: the position of the snapshot used.</param>
/// <param name="To">The end of the journal.</param>
/// <param name="ReceiveTimeMicros">The latest receive time met; the receive clock goes on from there.</param>
public sealed record RecoveryResult(
    long From, long To, long Entries, long Messages, long Readings, long DamagedBytes, long ReceiveTimeMicros, TimeSpan Elapsed);

/// <summary>
/// Brings engines from where they stand to the end of the journal, by the same decoder and the same <see cref="Engine.Apply"/> as live.
/// Also what a backtest does. Threading: owns the engines while it runs; used by one caller.
/// </summary>
internal sealed class Recovery
{
    private readonly IReadOnlyList<Engine> engines;
    private readonly DeviceRegister register;
    private readonly ShardSplit split;
    private readonly Func<string, RuleSet?> readRules;
    private readonly Action<DeadLetter> deadLetter;
    private readonly ILogger logger;
    private readonly OpenRuleHost? openRules;
    private readonly int first;
    private readonly int gatewayKind;
    private readonly bool isBeside;
    private readonly MessageBatch batch;
    private readonly int shards;
    private readonly ReadingBatch own = new();
    private readonly List<DeadLetter> letters = [];
    private byte[] numbers = [];
    private ReplayJudge judge = null!;
    private long receiveTimeMicros;
    private long entries;
    private long messages;
    private long readings;

    /// <param name="engines">Of all shards, in order, or of one.</param>
    /// <param name="register">Devices known; those that enrol themselves are added.</param>
    /// <param name="readRules">Reads journaled rule text.</param>
    /// <param name="deadLetter">Takes what was refused.</param>
    /// <param name="logger">Told what is wrong.</param>
    /// <param name="openRules">Null for none.</param>
    /// <param name="only">Which shard, of how many, where it is one of several; null for all.</param>
    /// <param name="isBeside">Decode on the caller's thread and judge on another: for a start, where somebody waits.</param>
    public Recovery(
        IReadOnlyList<Engine> engines, DeviceRegister register, Func<string, RuleSet?> readRules, Action<DeadLetter> deadLetter, ILogger logger,
        OpenRuleHost? openRules = null, (int Number, int Count)? only = null, bool isBeside = false)
    {
        this.engines = engines;
        this.register = register;
        this.readRules = readRules;
        this.deadLetter = deadLetter;
        this.openRules = openRules;
        this.logger = logger;
        this.isBeside = isBeside;
        gatewayKind = register.Catalog.FindKind(Catalog.GatewayKind);
        batch = new MessageBatch(new MessageDecoder(register));
        first = only?.Number ?? 0;
        shards = only?.Count ?? engines.Count;
        split = new ShardSplit(register, shards);
    }

    /// <param name="journal">What is replayed.</param>
    /// <param name="from">Where the engines stand.</param>
    /// <param name="receiveFloorMicros">At or after every receive time before that.</param>
    /// <param name="time">Tells how long it took.</param>
    /// <param name="scope">What of it is wanted; null for all.</param>
    /// <param name="cancellationToken">Nobody wants it any more.</param>
    public RecoveryResult Replay(
        Journal journal, long from, long receiveFloorMicros, TimeProvider time, ReplayScope? scope = null, CancellationToken cancellationToken = default)
    {
        var began = time.GetTimestamp();
        receiveTimeMicros = receiveFloorMicros;
        if (journal.BeginPosition > from)
        {
            logger.JournalGap(journal.BeginPosition, from);
        }

        using var reader = journal.Read(from);
        using (var beside = new ReplayJudge(engines, isBeside, logger))
        {
            judge = beside;
            while (reader.Read() && Replay(reader.Body, reader.Position, scope))
            {
                entries++;
                cancellationToken.ThrowIfCancellationRequested();
            }

            judge.Drain();
        }

        var result = new RecoveryResult(
            from, journal.CommittedUntil, entries, messages, readings, reader.DamagedBytes, receiveTimeMicros, time.GetElapsedTime(began));
        logger.Recovered(result.From, result.To, entries, messages, readings, result.Elapsed);
        return result;
    }

    /// <returns>False when it is beyond what is wanted.</returns>
    private bool Replay(ReadOnlySpan<byte> body, long position, ReplayScope? scope)
    {
        if (!JournalEntry.TryRead(body, out var entry))
        {
            logger.EntryUnknown(position);
            return true;
        }

        if (scope?.IsBeyond(entry) == true)
        {
            return false;
        }

        if (scope?.Concerns(entry) != false)
        {
            Replay(entry, position);
        }

        return true;
    }

    private void Replay(in JournalEntry entry, long position)
    {
        receiveTimeMicros = Math.Max(receiveTimeMicros, entry.ReceiveTimeMicros);
        switch (entry.Kind)
        {
            case JournalEntryKind.Messages:
                Decode(entry, position);
                Apply(position);
                break;
            case JournalEntryKind.Tick:
                ToAll(Reading.Tick(entry.ReceiveTimeMicros), position);
                break;
            case JournalEntryKind.GatewayStatus when gatewayKind >= 0 && entry.Content.Length == 1:
                if (register.Find(gatewayKind, entry.GatewayUtf8) < 0)
                {
                    // Ticks before it are not to find it in the register.
                    judge.Drain();
                }

                ToAll(GatewayReading.Of(register, gatewayKind, entry.GatewayUtf8, entry.ReceiveTimeMicros, entry.Content[0] != 0), position);
                break;
            case JournalEntryKind.Reset when ResetReading.Of(register, entry.Content, entry.ReceiveTimeMicros) is { } reset:
                ToAll(reset, position);
                break;
            case JournalEntryKind.Retired:
                Retire(Retirement.Read(register, entry.Content), entry.ReceiveTimeMicros, position);
                break;
            case JournalEntryKind.RuleSet:
                Replace(Encoding.UTF8.GetString(entry.Content), position);
                break;
            default:
                logger.EntryUnknown(position);
                break;
        }
    }

    private void Decode(in JournalEntry entry, long position)
    {
        batch.Reset(new MessageContext(entry.Gateway, entry.ReceiveTimeMicros));
        var records = new MessageRecords(entry.Content);
        while (records.MoveNext())
        {
            batch.AddReplayed(records);
        }

        receiveTimeMicros = Math.Max(receiveTimeMicros, batch.EndTimeMicros);
        if (batch.Defect is { } defect)
        {
            logger.ReplayUndecodable(defect, batch.DefectCount, position);
        }

        messages += batch.Count;
        readings += batch.Readings.Count;
        if (batch.Refusals.IsEmpty)
        {
            return;
        }

        letters.Clear();
        DeadLetters.Collect(batch, position, letters);
        letters.ForEach(deadLetter);
    }

    private void Apply(long position)
    {
        openRules?.Offer(batch.Readings.Readings, position, mayWait: true);
        var all = batch.Readings.Readings;
        if (shards == 1)
        {
            judge.Judge(0, all, position);
        }
        else
        {
            split.Number(all, ref numbers);
            for (var i = 0; i < engines.Count; i++)
            {
                ShardSplit.Pick(all, numbers.AsSpan(0, all.Length), first + i, own);
                judge.Judge(i, own.Readings, position);
            }
        }

        judge.EndEntry();
    }

    private void Retire(IReadOnlyList<int> devices, long receiveMicros, long position)
    {
        judge.Drain();
        foreach (var device in devices)
        {
            var own = register.ShardOf(device, shards) - first;
            if (own < 0 || own >= engines.Count)
            {
                continue;
            }

            try
            {
                engines[own].Retire(device, receiveMicros, position);
            }
            catch (Exception e)
            {
                logger.ShardFailed(e, own, position, 1);
            }
        }
    }

    private void ToAll(in Reading reading, long position)
    {
        openRules?.Offer(new ReadOnlySpan<Reading>(in reading), position, mayWait: true);
        judge.JudgeByAll(reading, position);
    }

    private void Replace(string text, long position)
    {
        if (readRules(text) is not { } rules)
        {
            logger.JournaledRulesUnreadable(position);
            return;
        }

        judge.Drain();
        for (var i = 0; i < engines.Count; i++)
        {
            try
            {
                engines[i].Replace(rules);
            }
            catch (Exception e)
            {
                logger.ShardFailed(e, i, position, 1);
            }
        }
    }
}
