using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace PingAnIoT.Alerts;

/// <summary>
/// What happens before the first write: file checks, the chain's newest stretch, the tail against <c>ledger.head</c>, the book.
/// The whole chain is for <c>verify</c>: a start has 2 seconds.
/// </summary>
internal static class LedgerStart
{
    private const int TailEntries = 1000;

    /// <summary>Of more than so many, reading what has changed since an image takes longer than reading all.</summary>
    private const int MostChanged = 200_000;

    /// <summary>Loads the book and leaves a note in the chain when the tail is missing.</summary>
    /// <returns>The head hash.</returns>
    public static byte[] Run(
        LedgerStore store, AlertBook book, LedgerHead.Value? recorded, LedgerOptions options, TimeProvider clock,
        LedgerHealthWatch health, BookImages images, ILogger logger)
    {
        if (options.Database.IsQuickToCheck)
        {
            Report(store.FindDamage(), health, logger);
        }

        var (sequence, hash, broken) = CheckTail(store.ReadTail(TailEntries));
        Report(broken, health, logger);
        var (live, words) = LoadAlerts(store, images, sequence, logger);
        book.Load(live, words, store.LoadDeliveries(), store.LoadDuty());
        book.Commit(sequence, hash);
        if (live.Count >= options.ImageFrom)
        {
            // What a large book was made with would be kept for hours by a server that allocates nothing: it goes while nobody is waiting yet.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }

        var missing = FindMissing(store, recorded, sequence, hash);
        var keepsAnew = options.KeepsNotices != store.Outbox.KeptSince() > 0;
        var endless = live.Packed.Where(a => a.Rest?.OutOfService is not null).Select(a => a.Unpack()).Where(a => a.Deadlines.All(d => d.Step != WorkState.OutOfServiceEnd)).ToList();
        if (missing is null && !keepsAnew && endless.Count == 0)
        {
            return hash;
        }

        store.Begin();
        var transaction = new LedgerTransaction(store, book, hash, clock, options.Deadlines);
        if (missing is not null)
        {
            AlertsLog.TailMissing(logger, missing.Sequence, sequence);
            health.Damaged();
            var key = string.Create(CultureInfo.InvariantCulture, $"tail/{missing.Sequence}/{sequence}");
            transaction.Append(EntryKind.TailMissing, "", "system", key, transaction.NowMicros, new EntryBody { MissingTail = missing });
        }

        if (keepsAnew)
        {
            var facts = new NoticeFacts { IsKept = options.KeepsNotices };
            var key = string.Create(CultureInfo.InvariantCulture, $"notices/kept/{transaction.HeadSequence}");
            var kept = transaction.Append(EntryKind.NoticesKept, "", "system", key, transaction.NowMicros, new EntryBody { Notice = facts });
            store.Outbox.SetKept(options.KeepsNotices, kept.Sequence);
            if (!options.KeepsNotices)
            {
                NoticeAlarm.End(transaction);
            }
        }

        endless.ForEach(a => SetEnd(transaction, a));
        transaction.Flush();
        store.Commit();
        book.Commit(transaction.HeadSequence, transaction.HeadHash);
        return transaction.HeadHash;
    }

    /// <summary>What was taken out of service before that had an end gets one.</summary>
    private static void SetEnd(LedgerTransaction transaction, Alert alert)
    {
        var now = transaction.NowMicros;
        var until = now + (transaction.Policy.LongestOutOfService(alert.PeakColour).Ticks / TimeSpan.TicksPerMicrosecond);
        var facts = new CommandFacts("It had no end: it has one from now on.") { Deadlines = DeadlineSchedule.OutOfService(alert, until) };
        var key = string.Create(CultureInfo.InvariantCulture, $"out-of-service/{alert.Id}/{transaction.HeadSequence}");
        transaction.Append(EntryKind.OutOfService, alert.Id, "system", key, now, new EntryBody { Command = facts });
    }

    /// <summary>From the image, with what has changed since; else from all rows.</summary>
    private static (AlertMap Live, WordTable Words) LoadAlerts(LedgerStore store, BookImages images, long sequence, ILogger logger)
    {
        if (images.Read() is { } image && image.Sequence <= sequence
            && store.ReadAfter(image.Sequence - 1, 1) is [var of] && of.Sequence == image.Sequence && of.Hash.Span.SequenceEqual(image.Hash)
            && store.FindChanged(image.Sequence, MostChanged) is { } changed)
        {
            var live = store.LoadChanged(image.Sequence, image.Words);
            var map = live.Aggregate(AlertMap.Of(image.Alerts), (m, a) => m.With(a));
            map = changed.Except(live.Select(a => a.Id), StringComparer.Ordinal).Aggregate(map, (m, id) => m.Without(id));

            images.Taken(image.Sequence);
            AlertsLog.ImageTaken(logger, image.Sequence, changed.Count);
            return (map, image.Words);
        }

        var words = new WordTable();
        return (AlertMap.Of(store.LoadLive(words)), words);
    }

    /// <summary>Looks at the whole structure when it was too large to do so before the start.</summary>
    /// <exception cref="DbException">It was given up.</exception>
    public static void CheckLater(ILedgerDatabase database, LedgerHealthWatch health, ILogger logger, CancellationToken giveUp)
    {
        if (!database.IsQuickToCheck)
        {
            using var connection = database.OpenReader();
            Report(database.FindDamage(connection, giveUp), health, logger);
        }
    }

    private static (long Sequence, byte[] Hash, string? Broken) CheckTail(IReadOnlyList<(RawEntry Raw, byte[] Hash)> tail)
    {
        if (tail.Count == 0)
        {
            return (0, HashChain.Start, null);
        }

        var previous = tail[0].Raw.Sequence == 1 ? HashChain.Start : tail[0].Raw.Previous;
        string? broken = null;
        foreach (var (raw, hash) in tail)
        {
            if (broken is null && (!raw.Previous.AsSpan().SequenceEqual(previous) || !HashChain.Hash(raw).AsSpan().SequenceEqual(hash)))
            {
                broken = $"entry {raw.Sequence} is not what was written";
            }

            previous = hash;
        }

        return (tail[^1].Raw.Sequence, previous, broken);
    }

    /// <summary>A head that is missing or unreadable beside a ledger that has entries vouches for nothing: that is recorded as sequence 0.</summary>
    private static MissingTail? FindMissing(LedgerStore store, LedgerHead.Value? recorded, long sequence, byte[] hash)
    {
        if (recorded is not { } value)
        {
            return sequence > 0 ? new MissingTail(0, "") : null;
        }

        if (value.Sequence == 0)
        {
            return null;
        }

        var found = value.Sequence == sequence ? hash : null;
        if (value.Sequence < sequence)
        {
            found = store.ReadAfter(value.Sequence - 1, 1) is [var entry] ? entry.Hash.ToArray() : null;
        }

        return found is not null && found.AsSpan().SequenceEqual(value.Hash)
            ? null
            : new MissingTail(value.Sequence, Convert.ToHexString(value.Hash));
    }

    private static void Report(string? finding, LedgerHealthWatch health, ILogger logger)
    {
        if (finding is not null)
        {
            AlertsLog.Damaged(logger, finding);
            health.Damaged();
        }
    }
}
