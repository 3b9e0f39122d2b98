using System.Reactive.Concurrency;
using System.Reactive.Subjects;

namespace PingAnIoT.Rules;

/// <summary>
/// One open rule and the thread that runs it. Whatever the rule does happens there: it can hold up and hurt nobody but itself.
/// Threading: <see cref="Offer"/> by the one who feeds; <see cref="Quarantine"/> by anyone; the rest by the runner's own thread.
/// </summary>
internal sealed class OpenRuleRunner : IDisposable
{
    private readonly IOpenRule rule;
    private readonly DeviceRegister register;
    private readonly OpenRuleOptions options;
    private readonly Action<Transition> post;
    private readonly Action<OpenRuleRunner, string, Exception?> onQuarantine;
    private readonly TimeProvider time;
    private readonly OpenRuleSeries series;
    private readonly OpenRuleEpisodes episodes;
    private readonly OpenRuleQueue queue;
    private readonly Dictionary<(int Device, int Quantity), OpenSeries> seen = [];
    private readonly Dictionary<string, (int Device, int Quantity)> byName = new(StringComparer.Ordinal);
    private readonly List<OpenFinding> findings = [];
    private readonly Scratch scratch = new();
    private readonly Subject<OpenReading> subject = new();
    private readonly Thread thread;
    private HistoricalScheduler? scheduler;
    private DateTimeOffset warmUntil;
    private Exception? failure;
    private bool hasEnded;
    private int overBudget;
    private int isQuarantined;
    private long lastReceive;
    private long offeredReceive;
    private long lastPosition;

    public OpenRuleRunner(
        IOpenRule rule, DeviceRegister register, IReadOnlyList<OpenEpisode> unended, OpenRuleOptions options, TimeProvider time,
        Action<Transition> post, Action<OpenRuleRunner, string, Exception?> onQuarantine)
    {
        this.rule = rule;
        this.register = register;
        this.options = options;
        this.time = time;
        this.post = post;
        this.onQuarantine = onQuarantine;
        series = new OpenRuleSeries(register, rule);
        episodes = new OpenRuleEpisodes(rule, unended);
        Unended = unended.FirstOrDefault(e => e.RuleId == OpenRuleEpisodes.QuarantineId && e.Series == OpenRuleEpisodes.QuarantineSeries(rule));
        queue = new OpenRuleQueue(options.QueueLength);
        thread = new Thread(Work) { IsBackground = true, Name = $"open rule {rule.Id}" };
    }

    public IOpenRule Rule => rule;

    public (int Kind, int Quantity) About => series.First;

    /// <summary>Its quarantine of the run before, until it is lifted.</summary>
    public OpenEpisode? Unended { get; private set; }

    public bool IsQuarantined => Volatile.Read(ref isQuarantined) != 0;

    /// <summary>True once it has seen enough for what it says to be believed.</summary>
    public bool IsWarm { get; private set; }

    /// <summary>Readings that came behind a newer one of their series, of windows too late; the rule is not given them.</summary>
    public long OutOfOrder { get; private set; }

    public long LastReceiveMicros => Math.Max(Volatile.Read(ref lastReceive), Volatile.Read(ref offeredReceive));

    public long LastPosition => Volatile.Read(ref lastPosition);

    public void Start() => thread.Start();

    public void Offer(ReadOnlySpan<Reading> readings, long position, bool mayWait)
    {
        if (readings.Length > 0)
        {
            Volatile.Write(ref offeredReceive, readings[^1].ReceiveTimeMicros);
        }

        foreach (ref readonly var reading in readings)
        {
            if (IsQuarantined)
            {
                return;
            }

            if ((reading.IsTick || series.Includes(reading)) && !queue.TryPut(new OpenEntry(reading, position), mayWait))
            {
                Quarantine($"{options.QueueLength} readings wait for it", null);
            }
        }
    }

    /// <summary>Never again in this process: what it would say is not to be trusted, and its silence least of all.</summary>
    public void Quarantine(string why, Exception? exception)
    {
        if (Interlocked.Exchange(ref isQuarantined, 1) == 0)
        {
            try
            {
                onQuarantine(this, why, exception);
            }
            finally
            {
                // Last: whoever waits for the rule to be done waits for this to be on its way too.
                queue.Close();
            }
        }
    }

    public Task DrainedAsync() => queue.DrainedAsync();

    /// <summary>Gives the rule nothing more; its thread lets go of the query when it comes to it.</summary>
    public void Dispose() => queue.Close();

    private void Work()
    {
        using var query = subject;
        while (queue.Take(out var entry))
        {
            Volatile.Write(ref lastReceive, Math.Max(lastReceive, entry.Reading.ReceiveTimeMicros));
            Volatile.Write(ref lastPosition, entry.JournalPosition);
            var began = time.GetTimestamp();
            try
            {
                Push(entry.Reading);
            }
            catch (Exception e)
            {
                failure ??= e;
            }

            overBudget = time.GetElapsedTime(began) > options.Budget ? overBudget + 1 : 0;
            if (failure is not null || hasEnded || overBudget >= options.OverBudgetMax)
            {
                Quarantine(
                    failure is not null ? $"it failed: {failure.Message}" : hasEnded ? "its query ended" : $"{overBudget} readings in a row took it longer than {options.Budget.TotalMilliseconds} ms",
                    failure);
            }

            if (!IsQuarantined)
            {
                Say(entry);
            }
        }
    }

    /// <summary>Moves the rule's clock, then gives it the windows that the reading ends, and the reading.</summary>
    private void Push(in Reading reading)
    {
        var now = Time(lastReceive);
        if (scheduler is null)
        {
            scheduler = new HistoricalScheduler(now);
            warmUntil = now + rule.WarmUp;
            rule.Watch(subject, scheduler).Subscribe(findings.Add, e => failure ??= e, () => hasEnded = true);
        }

        if (now > scheduler.Clock)
        {
            scheduler.AdvanceTo(now);
        }

        if (reading.IsTick || failure is not null)
        {
            return;
        }

        var key = (reading.Device, reading.Quantity);
        if (!seen.TryGetValue(key, out var known))
        {
            known = series.Make(reading.Device, reading.Quantity, scratch);
            seen.Add(key, known);
            byName[known.Name] = key;
        }

        OutOfOrder += known.Take(reading, out var isGiven) ? 0 : 1;
        var device = register[reading.Device];
        foreach (var window in known.Windows)
        {
            while (window.TryEnd(out var end, out var value))
            {
                subject.OnNext(new OpenReading(known.Name, device, Time(end), value, window.Name));
            }
        }

        if (isGiven)
        {
            subject.OnNext(new OpenReading(known.Name, device, Time(reading.EventTimeMicros), reading.Value));
        }
    }

    private void Say(in OpenEntry entry)
    {
        if (Time(lastReceive) < warmUntil)
        {
            findings.Clear();
            return;
        }

        if (!IsWarm)
        {
            IsWarm = true;
            if (Unended is { } before)
            {
                post(OpenRuleEpisodes.Quarantine(rule, About, before, isIn: false, lastReceive, entry.JournalPosition));
                Unended = null;
            }
        }

        foreach (var finding in findings)
        {
            if (!byName.TryGetValue(finding.Series, out var of) || !double.IsFinite(finding.Value) || !double.IsFinite(finding.Threshold))
            {
                Quarantine($"it spoke of '{finding.Series}', which it was given no reading of, or in numbers that are none", null);
                break;
            }

            // Event times never go back: one from far ahead would stay with the series for good.
            if (!Enum.IsDefined(finding.Severity) || OpenRuleEpisodes.Micros(finding.EventTime) > lastReceive + Reading.FutureToleranceMicros)
            {
                Quarantine($"it said {finding.Severity} of {finding.EventTime:O}; there is no such colour, or that time has not come", null);
                break;
            }

            if (episodes.Take(finding, register[of.Device], of.Quantity, lastReceive, entry.JournalPosition) is { } transition)
            {
                post(transition);
            }
        }

        findings.Clear();
    }

    private static DateTimeOffset Time(long micros) => DateTimeOffset.UnixEpoch.AddMicroseconds(micros);
}
