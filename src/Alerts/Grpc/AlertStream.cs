using System.Diagnostics;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>
/// One stream to one officer: the open book if asked, then every entry as it is committed, and a heartbeat.
/// It holds a cursor, a page of the feed, the message being written and, when asked to count, one bounded tally, so a client that reads slowly costs the server no memory; one that stops
/// reading is cut, and resumes by its cursor. What is open where the officer begins to stand in for others is sent like the open book, and its events from then on.
/// Threading: one call's own flow.
/// </summary>
internal sealed class AlertStream(
    Ledger ledger, AlertStreamOptions options, TimeProvider time, AlertStreamMetrics metrics,
    Officer own, StandIns? standIns, SessionWatch? session, int summarizeAfter, IServerStreamWriter<V1.WatchResponse> writer, ServerCallContext call, CancellationToken stopping)
{
    private const int PageEntries = 256;
    private readonly StreamTally tally = new(own);
    private IReadOnlySet<string> standsIn = new HashSet<string>();
    private DutyBook? looked;
    private volatile Officer officer = own with { StandsIn = null };

    /// <summary>Everything up to here was written, or is not for this officer.</summary>
    private long cursor;

    /// <summary>Its place in the feed, from the end of the open book on; until then what comes after this waits.</summary>
    private FeedTap? place;
    private long bookEnd;

    /// <summary>Of the entries that were given to it, those after the one at hand.</summary>
    private int atHand;

    /// <summary>How many entries wait for this officer; what is for others alone does not count, as far as it is known.</summary>
    private long Waiting => place is null ? ledger.Book.Sequence - bookEnd : atHand + place.Waiting;

    /// <summary>As he sees the world now. From any thread.</summary>
    public Officer Officer => officer;

    public async Task RunAsync(long after)
    {
        if (after < 0 || after > ledger.Book.Sequence)
        {
            throw GrpcErrors.Of(
                StatusCode.OutOfRange, "CURSOR_UNKNOWN", $"The ledger ends at {ledger.Book.Sequence}; {after} is no cursor of it. Begin with after = 0.");
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken, stopping, session?.Over ?? CancellationToken.None);
        try
        {
            cursor = after;
            if (after == 0)
            {
                StandIn();
                await WriteBookAsync(ending);
            }

            await WriteEntriesAsync(ending);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !call.CancellationToken.IsCancellationRequested)
        {
            throw End(StatusCode.Unavailable, "STOPPING", "The server is stopping; resume from the cursor.");
        }
        catch (OperationCanceledException) when (session is { Over.IsCancellationRequested: true } && !call.CancellationToken.IsCancellationRequested)
        {
            throw Over(session);
        }
        catch (OperationCanceledException)
        {
            // The client went. There is nobody left to tell.
        }
    }

    private async Task WriteBookAsync(CancellationTokenSource ending)
    {
        var (book, own) = await ledger.Desk.LookAsync(o => (o.Book, OrderedBook.All(o.Of(officer))), ending.Token);
        RedFirst(own);
        bookEnd = book.Sequence;
        var isSummarized = summarizeAfter > 0 && own.Length > summarizeAfter;
        foreach (var alert in own)
        {
            // The filter of a count lists what is open: what was closed while it is active still is sent as it is.
            if (isSummarized && alert.IsOpen && alert.PeakColour != Severity.Red)
            {
                tally.Count(alert);
                if (tally.IsFull)
                {
                    await WriteTallyAsync(ending);
                }

                continue;
            }

            await WriteAsync(new V1.WatchResponse { Snapshot = WireAlert.Of(alert.Unpack(), officer) }, ending);
        }

        await WriteTallyAsync(ending);
        await WriteAsync(new V1.WatchResponse { Cursor = book.Sequence, SnapshotEnd = new V1.SnapshotEnd { AlertCount = own.Length } }, ending);
        foreach (var (_, id) in book.Duty.Running)
        {
            await WriteCheckAsync(book.Duty.Checks[id], book.Sequence, ending);
        }
    }

    /// <summary>And each colour in the order of raise.</summary>
    private static void RedFirst(PackedAlert[] alerts) =>
        Array.Sort(Array.ConvertAll(alerts, a => a.PeakColour == Severity.Red ? a.FirstSequence - long.MaxValue : a.FirstSequence), alerts);

    /// <summary>A check that runs, to those whom it asks and who have not answered.</summary>
    private async Task WriteCheckAsync(CheckRecord check, long sequence, CancellationTokenSource ending)
    {
        if (check.State == CheckState.Open && check.Silent.Contains(officer.Name, StringComparer.Ordinal))
        {
            await WriteAsync(new V1.WatchResponse { Cursor = sequence, DutyCheck = WireDuty.Of(check) }, ending);
        }
    }

    private async Task WriteEntriesAsync(CancellationTokenSource ending)
    {
        using var tap = ledger.Feed.Open(officer, cursor, Math.Max(PageEntries, summarizeAfter + 1));
        place = tap;
        await LookAroundAsync(tap, ending);
        var next = tap.NextAsync(ending.Token);
        try
        {
            var beat = Task.Delay(options.Heartbeat, time, ending.Token);
            while (true)
            {
                if (!tally.IsEmpty && !next.IsCompleted && await IsRestingAsync(next, ending.Token))
                {
                    await WriteTallyAsync(ending);
                }

                if (beat.IsCompleted || (!next.IsCompleted && await Task.WhenAny(next, beat) == beat))
                {
                    await beat;

                    // A cursor beyond what is counted and not yet sent would lose it.
                    await WriteTallyAsync(ending);
                    cursor = Math.Max(cursor, tap.Cursor());
                    await WriteAsync(Heartbeat(), ending);
                    beat = Task.Delay(options.Heartbeat, time, ending.Token);
                    await LookAroundAsync(tap, ending);
                    continue;
                }

                var page = await next;
                for (var i = 0; i < page.Count; i++)
                {
                    atHand = page.Count - 1 - i;
                    await TakeEntryAsync(page[i], ending);
                    if (looked is not null && !ReferenceEquals(looked.Posts, standIns?.Book.Posts))
                    {
                        await LookAroundAsync(tap, ending);
                    }
                }

                next = tap.NextAsync(ending.Token);
            }
        }
        finally
        {
            // The place may only be given up when nobody waits at it, and the timer must not outlive the call.
            await ending.CancelAsync();
            await next.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <returns>Where he stands in now and did not before.</returns>
    private List<string> StandIn()
    {
        if (standIns is null || own.Territory.Length == 0)
        {
            return [];
        }

        looked = standIns.Book;
        var (before, now) = (standsIn, standIns.Now(own));
        if (now.SetEquals(before))
        {
            return [];
        }

        standsIn = now;
        officer = own with { StandsIn = new Lazy<IReadOnlySet<string>>(now) };
        return [.. now.Where(p => !before.Contains(p))];
    }

    /// <summary>With the shifts, and with what is changed of them, he stands in elsewhere: at each heartbeat, and when a roster has changed.</summary>
    private async Task LookAroundAsync(FeedTap tap, CancellationTokenSource ending)
    {
        var come = StandIn();
        if (!tap.StandsIn.SetEquals(standsIn))
        {
            tap.StandIn(standsIn);
        }

        if (come.Count == 0)
        {
            return;
        }

        // The feed first, then the book: nothing is between them, and what is in both comes as it is now.
        var alerts = await ledger.Desk.LookAsync(o => OrderedBook.All(o.Of(officer).Where(r => come.Contains(r.Places))), ending.Token);
        RedFirst(alerts);
        foreach (var alert in alerts)
        {
            await WriteAsync(new V1.WatchResponse { Snapshot = WireAlert.Of(alert.Unpack(), officer) }, ending);
        }
    }

    /// <returns>True when there is nothing more for now.</returns>
    private async Task<bool> IsRestingAsync(Task next, CancellationToken ending)
    {
        using var rest = CancellationTokenSource.CreateLinkedTokenSource(ending);
        var rested = await Task.WhenAny(next, Task.Delay(options.SummaryWait, time, rest.Token)) != next;
        GiveUp(rest);
        return rested;
    }

    private async Task TakeEntryAsync(LedgerEntry entry, CancellationTokenSource ending)
    {
        if (DutyFold.Concerns(entry.Kind) || entry.Kind == EntryKind.PolicySet)
        {
            if (entry.Body.Duty?.Check is { } check)
            {
                await WriteTallyAsync(ending);
                await WriteCheckAsync(check, entry.Sequence, ending);
            }

            Pass(entry.Sequence);
            return;
        }

        Alert? alert = null;
        if (entry.AlertId.Length > 0)
        {
            alert = ledger.Book.Alerts.GetValueOrDefault(entry.AlertId) ?? await ledger.FindAlertAsync(entry.AlertId, ending.Token);
            if (alert is null || !officer.Sees(alert))
            {
                Pass(entry.Sequence);
                return;
            }

            if (IsToBeCounted(alert))
            {
                tally.Count(alert, entry.Sequence, entry.TimeMicros);
                if (tally.IsFull || entry.Sequence >= tally.Target)
                {
                    await WriteTallyAsync(ending);
                }

                return;
            }
        }

        await WriteTallyAsync(ending);
        await WriteEntryAsync(entry, alert, ending);
    }

    /// <summary>What is not red, while more waits than the client asked for, and on until a summary that is begun has what waited then.</summary>
    private bool IsToBeCounted(Alert alert)
    {
        if (summarizeAfter == 0 || alert.PeakColour == Severity.Red)
        {
            return false;
        }

        if (tally.IsEmpty)
        {
            if (Waiting < summarizeAfter)
            {
                return false;
            }

            tally.Begin(cursor, ledger.Book.Sequence);
        }

        return true;
    }

    /// <summary>An entry that is not for this officer.</summary>
    private void Pass(long sequence)
    {
        if (tally.IsEmpty)
        {
            cursor = Math.Max(cursor, sequence);
        }
        else
        {
            tally.Pass(sequence);
        }
    }

    /// <summary>Before anything that comes after what it counts.</summary>
    private async ValueTask WriteTallyAsync(CancellationTokenSource ending)
    {
        if (tally.IsEmpty)
        {
            return;
        }

        var summary = tally.Summary();
        await WriteAsync(new V1.WatchResponse { Cursor = summary.UpToSequence, Summary = summary }, ending);
        metrics.Summarized.Add(summary.Events);
        tally.Clear();
    }

    private async Task WriteEntryAsync(LedgerEntry entry, Alert? alert, CancellationTokenSource ending)
    {
        using var activity = AlertTracing.StartStream(entry);
        var wire = WireAlert.Of(entry);
        wire.Alert = alert is null ? null : WireAlert.Of(alert, officer);
        wire.Traceparent = activity?.Id ?? "";
        await WriteAsync(new V1.WatchResponse { Cursor = entry.Sequence, Event = wire }, ending);
        metrics.Events.Add(1);
        if (entry.Body.Transition is not null)
        {
            metrics.DelaySeconds.Record(((time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMicroseconds - entry.TimeMicros) / 1e6);
        }
    }

    private V1.WatchResponse Heartbeat() =>
        new() { Cursor = cursor, Heartbeat = new V1.Heartbeat { ServerTime = Timestamp.FromDateTimeOffset(time.GetUtcNow()) } };

    /// <summary>Writes one message; a write that does not go out is given up when too much waits behind it, or after too long.</summary>
    private async ValueTask WriteAsync(V1.WatchResponse message, CancellationTokenSource ending)
    {
        ending.Token.ThrowIfCancellationRequested();
        if (!ledger.Book.Duty.MayStay(officer))
        {
            throw GrpcErrors.Of(StatusCode.Unauthenticated, "OFFICER_CHANGED", "The officer has been changed or disabled; sign in again.");
        }

        if (session?.IsOver() == true)
        {
            throw Over(session);
        }

        // No token: cancelling a write resets the whole call, and the client would not get the status that says where to resume.
        // From here on it is on its way: it will come before that status.
        try
        {
            var write = writer.WriteAsync(message);
            cursor = Math.Max(cursor, message.Cursor);
            if (!write.IsCompleted)
            {
                await WatchWriteAsync(write, ending.Token);
            }

            await write;
        }
        catch (InvalidOperationException) when (HasGone)
        {
            // Between the look at the token and the write the client went: the writer says so in its own way, and it is no fault.
            throw new OperationCanceledException(ending.Token);
        }
    }

    /// <summary>The request knows sooner than the call: its token is passed on from one to the other.</summary>
    private bool HasGone => call.CancellationToken.IsCancellationRequested || call.GetHttpContext().RequestAborted.IsCancellationRequested;

    private async Task WatchWriteAsync(Task write, CancellationToken ending)
    {
        using var written = CancellationTokenSource.CreateLinkedTokenSource(ending);
        var begun = time.GetTimestamp();
        while (await Task.WhenAny(write, Task.Delay(options.WriteCheck, time, written.Token)) != write)
        {
            var waited = time.GetElapsedTime(begun);
            var waiting = Waiting;
            if (!ending.IsCancellationRequested && waited < options.WriteTimeout && (summarizeAfter > 0 || waiting <= options.BufferEntries))
            {
                continue;
            }

            // The write is left behind: what it holds is bounded, and goes with the connection.
            _ = write.ContinueWith(static w => _ = w.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            ending.ThrowIfCancellationRequested();
            metrics.Cut.Add(1, new KeyValuePair<string, object?>("reason", "slow"));
            throw End(
                StatusCode.ResourceExhausted, "TOO_SLOW",
                $"The client took nothing for {waited.TotalSeconds:F0} s while {waiting} entries waited; resume from the cursor.");
        }

        GiveUp(written);
    }

    /// <summary>A delay that nobody waits for any more: nothing that is worth a thread.</summary>
    private static void GiveUp(CancellationTokenSource delay) => delay.Cancel();

    private RpcException End(StatusCode code, string reason, string message) => GrpcErrors.Ended(code, reason, message, cursor, call.ResponseTrailers);

    private RpcException Over(SessionWatch of) => End(StatusCode.Unauthenticated, of.Reason, of.Message);
}
