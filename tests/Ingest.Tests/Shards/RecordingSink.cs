using PingAnIoT.Rules;

namespace PingAnIoT.Ingest.Tests;

/// <summary>Stands for the ledger: keeps each transition once by its identity, counts repeats, and can be made to stall or to fail.</summary>
internal sealed class RecordingSink : ITransitionSink
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, string> transitions = new(StringComparer.Ordinal);
    private readonly List<string> conflicts = [];
    private int flushes;

    public ManualResetEventSlim Open { get; } = new(initialState: true);

    public Exception? Failure { get; set; }

    /// <summary>Throws at what it says; null for nothing.</summary>
    public Func<Transition, bool>? Poison { get; set; }

    public int Repeats { get; private set; }

    /// <summary>How often it was asked to flush.</summary>
    public int Flushes => Volatile.Read(ref flushes);

    /// <summary>What was said, one line each, in the order of identities.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (gate)
            {
                return [.. transitions.Select(t => $"{t.Key}: {t.Value}").Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>The same identity with another content: never to happen.</summary>
    public IReadOnlyList<string> Conflicts
    {
        get
        {
            lock (gate)
            {
                return [.. conflicts];
            }
        }
    }

    public void Post(Transition transition)
    {
        Open.Wait();
        if (Poison?.Invoke(transition) == true)
        {
            throw new InvalidOperationException("poisoned");
        }

        var identity = $"{transition.RuleId} {transition.Series} {transition.EpisodeMicros} {transition.Ordinal:d4}";
        var content = $"{transition.Change} {transition.From}>{transition.To} at {transition.EventTimeMicros} value {transition.WindowValue:r} threshold {transition.Threshold:r}";
        lock (gate)
        {
            if (transitions.TryAdd(identity, content))
            {
                return;
            }

            Repeats++;
            if (transitions[identity] != content)
            {
                conflicts.Add($"{identity}: {transitions[identity]} / {content}");
            }
        }
    }

    public Task FlushAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref flushes);
        return Failure is null ? Task.CompletedTask : Task.FromException(Failure);
    }
}
