using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace PingAnIoT.Ingest;

/// <summary>
/// The append-only log of all that was taken in: what it has committed is on disk, and everything else is a fold over it.
/// Appends gather in memory while the committer has the disk busy; each commit writes all that has gathered and syncs once.
/// A write that fails is kept and tried again for as long as it takes; until then nothing more is committed and nothing is lost.
/// Positions are bytes since the beginning of time and never repeat.
/// Threading: any thread appends; one committer thread owns the disk.
/// </summary>
public sealed partial class Journal : IDisposable
{
    private readonly object gate = new();
    private readonly IJournalStorage storage;
    private readonly JournalOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly JournalMetrics metrics;
    private readonly JournalHolds holds = new();
    private readonly Thread committer;
    private PendingFrames filling = new();
    private PendingFrames writing = new();
    private IJournalSegment? segment;
    private long openSegmentStart = -1;
    private long segmentStart;
    private long segmentEnd;
    private long tail;
    private long committedUntil;
    private long writingSince;
    private long commitBegan;
    private int wakesAt = 1;
    private bool isMoreExpected;
    private bool needsNewSegment;
    private bool stopping;
    private bool abandoned;
    private volatile Exception? fault;
    private TaskCompletionSource? room;

    internal Journal(IJournalStorage storage, JournalOptions options, TimeProvider time, ILogger logger, IMeterFactory meters)
    {
        if (options.SegmentBytes < 64 * 1024)
        {
            throw new ArgumentException("SegmentBytes must be at least 64 KiB.", nameof(options));
        }

        this.storage = storage;
        this.options = options;
        this.time = time;
        this.logger = logger;
        metrics = new JournalMetrics(meters);
        StandAt(JournalTail.Recover(storage, logger));
        committedUntil = tail;
        logger.JournalOpened(storage.List().Count, BeginPosition, tail);
        committer = new Thread(CommitLoop) { IsBackground = true, Name = "journal commit" };
        committer.Start();
    }

    /// <summary>Called by the committer when <see cref="CommittedUntil"/> has moved on. Must be quick and must not throw.</summary>
    public Action? OnCommitted { get; set; }

    /// <summary>
    /// Called by the committer before it takes a group in a flow: whoever has something to append may do so now. It is told how long the group may wait for it,
    /// zero when it is large already. Must not throw.
    /// </summary>
    public Action<TimeSpan>? OnGathering { get; set; }

    /// <summary>Commits are spaced in a flow: then somebody may wait for <see cref="OnGathering"/>.</summary>
    public bool IsSpaced => options.CommitSpacing > TimeSpan.Zero;

    /// <summary>All before this position is on disk.</summary>
    public long CommittedUntil => Volatile.Read(ref committedUntil);

    /// <summary>Just after the last entry appended, on disk or not.</summary>
    public long Tail => Volatile.Read(ref tail);

    /// <summary>Start of the oldest segment kept.</summary>
    public long BeginPosition => storage.List() is [var first, ..] ? first : tail;

    /// <summary>Why nothing can be committed now; null when all is well.</summary>
    public Exception? Fault => fault;

    /// <summary>How long the disk has been at the group it has now, failed attempts included; zero when it has none. A disk can hang without an error.</summary>
    public TimeSpan WritingFor => Volatile.Read(ref writingSince) is > 0 and var since ? time.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>False while the disk refuses or is too far behind: take nothing more in.</summary>
    public bool HasRoom => fault is null && Tail - CommittedUntil < options.PendingBytes;

    /// <summary>The largest entry that fits a segment.</summary>
    public int LongestEntryBytes => (int)Math.Min(int.MaxValue / 4, options.SegmentBytes - SegmentHeader.Bytes - JournalFrame.HeaderBytes);

    public static Journal Open(string folder, JournalOptions options, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters) =>
        new(new FileJournalStorage(folder), options, time, loggers.CreateLogger<Journal>(), meters);

    /// <summary>
    /// Gives an entry its place: the two spans one after the other, 1 byte to <see cref="LongestEntryBytes"/> together. It is not yet on disk.
    /// Never waits: whoever appends keeps to <see cref="HasRoom"/> beforehand, which with the lanes' shares bounds what gathers here.
    /// </summary>
    /// <returns>The position just after it: durable when <see cref="CommittedUntil"/> has reached it.</returns>
    public long Append(ReadOnlySpan<byte> header, ReadOnlySpan<byte> body)
    {
        var bytes = header.Length + body.Length;
        if (bytes < 1 || bytes > LongestEntryBytes)
        {
            throw new ArgumentException($"An entry has 1 to {LongestEntryBytes} bytes, not {bytes}.", nameof(body));
        }

        var frame = JournalFrame.Length(bytes);
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(stopping, this);
            if (needsNewSegment || tail + frame > segmentEnd)
            {
                BeginSegment();
            }
            else if (filling.Count == 0)
            {
                filling.Begin(new FrameRun(0, tail, segmentStart, segmentEnd - segmentStart, IsNewSegment: false));
            }

            var end = tail + frame;
            filling.Add(header, body, frame, end);
            Volatile.Write(ref tail, end);
            if (filling.Count == wakesAt)
            {
                Monitor.PulseAll(gate);
            }

            return end;
        }
    }

    /// <summary><see cref="OnGathering"/> is to be called once the time between two commits has passed, even if nothing is appended by then.</summary>
    public void ExpectMore()
    {
        lock (gate)
        {
            isMoreExpected = true;
            if (wakesAt == 1)
            {
                Monitor.PulseAll(gate);
            }
        }
    }

    /// <summary>Completes when <see cref="HasRoom"/>; it may be gone again by then, so ask again.</summary>
    public Task RoomAsync()
    {
        lock (gate)
        {
            return HasRoom ? Task.CompletedTask : (room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Reads what lies between two positions that <see cref="Append"/> returned (0 and <see cref="CommittedUntil"/> by default). Hold it first if retention could overtake the reading.</summary>
    public JournalReader Read(long from = 0, long to = long.MaxValue) => new(storage, from, Math.Min(to, CommittedUntil), logger);

    /// <summary>Keeps everything from a position on until released.</summary>
    public JournalHold Hold(string name, long position) => holds.Add(name, position);

    /// <summary>Gives up the oldest segments beyond retention's age and size that nobody holds. Never the newest.</summary>
    public void Trim()
    {
        var starts = storage.List();
        var needed = Math.Min(holds.Lowest(), CommittedUntil);
        var oldest = time.GetUtcNow().Subtract(options.RetentionAge).ToUnixTimeMilliseconds() * 1000;
        for (var i = 0; i + 1 < starts.Count && starts[i + 1] <= needed; i++)
        {
            if (Tail - starts[i] <= options.RetentionBytes && CreatedMicros(starts[i + 1]) >= oldest)
            {
                return;
            }

            try
            {
                storage.Delete(starts[i]);
                metrics.SegmentDeleted();
                logger.JournalSegmentDeleted(starts[i]);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                logger.JournalSegmentNotDeleted(e, starts[i]);
                return;
            }
        }
    }

    /// <summary>Commits what was appended and closes; what a failing disk will not take is given up (it was never acknowledged).</summary>
    public void Dispose() => Stop(abandon: false);

    /// <summary>Stops dead, as a kill would: what is not yet on its way to the disk is dropped.</summary>
    internal void Abandon() => Stop(abandon: true);

    private void Stop(bool abandon)
    {
        lock (gate)
        {
            stopping = true;
            abandoned |= abandon;
            room?.SetResult();
            room = null;
            Monitor.PulseAll(gate);
        }

        committer.Join();
        segment?.Dispose();
        segment = null;
    }

    private void StandAt(JournalTail? found)
    {
        if (found is { } at && at.Position >= options.MinimumPosition)
        {
            (tail, segmentStart, segmentEnd) = at;
            return;
        }

        if (found is not null)
        {
            logger.JournalBehind(options.MinimumPosition);
        }

        needsNewSegment = true;
        tail = Math.Max(options.MinimumPosition, found?.SegmentEnd ?? 0);
        segmentEnd = tail;
    }

    private void BeginSegment()
    {
        needsNewSegment = false;
        segmentStart = segmentEnd;
        segmentEnd = segmentStart + options.SegmentBytes;
        tail = segmentStart + SegmentHeader.Bytes;
        filling.Begin(new FrameRun(0, tail, segmentStart, options.SegmentBytes, IsNewSegment: true));
    }

    private void LetIn()
    {
        if (room is not null && HasRoom)
        {
            room.SetResult();
            room = null;
        }
    }

    private long CreatedMicros(long start)
    {
        using var scanner = new SegmentScanner(storage.Open(start, writable: false), start);
        return scanner.ReadHeader()?.CreatedMicros ?? 0;
    }

    private long NowMicros() => time.GetUtcNow().ToUnixTimeMilliseconds() * 1000;
}
