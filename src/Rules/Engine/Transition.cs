namespace PingAnIoT.Rules;

/// <summary>What happened to an episode. Numbers are persisted: they may be added to, never changed.</summary>
public enum TransitionChange : byte
{
    /// <summary>The first colour (or fault) of an episode: an alert.</summary>
    Raised = 1,

    /// <summary>Up or down in place, within the episode.</summary>
    ColourChanged = 2,

    /// <summary>Returned to normal: the episode is over.</summary>
    Normal = 3,

    /// <summary>The episode is over because the device is: it was retired, whatever it said last.</summary>
    Retired = 4,
}

/// <summary>One reading that a transition rests on.</summary>
/// <param name="EventTimeMicros">When it was measured.</param>
/// <param name="Value">In the unit of its quantity.</param>
/// <param name="Series"><c>kind/device/quantity</c> where the rule is over several series; null where it can only be the transition's own.</param>
public readonly record struct Evidence(long EventTimeMicros, double Value, string? Series = null);

/// <summary>
/// A change of what a rule says of a series. The same journal and rules give the same transitions, each with the same identity
/// (<see cref="RuleId"/>, <see cref="Series"/>, <see cref="EpisodeMicros"/>, <see cref="Ordinal"/>), so taking one in twice changes nothing.
/// </summary>
public sealed record Transition
{
    /// <summary>The rule as it stood: titles, basis and version for whoever has to explain the alert.</summary>
    public required Rule Rule { get; init; }

    public string RuleId => Rule.Id;

    /// <summary><c>kind/device/quantity</c>.</summary>
    public required string Series { get; init; }

    /// <summary>The device as registered at that moment.</summary>
    public required DeviceRecord Device { get; init; }

    /// <summary>Event time at which the episode began to be active; it names the episode.</summary>
    public required long EpisodeMicros { get; init; }

    /// <summary>1 for the raise, then counting up within the episode.</summary>
    public required int Ordinal { get; init; }

    public required TransitionChange Change { get; init; }

    public required Severity From { get; init; }

    public required Severity To { get; init; }

    /// <summary>When it became true in event time, exactly (the end of a hold, not the reading that revealed it).</summary>
    public required long EventTimeMicros { get; init; }

    /// <summary>Receive time of the reading or tick that revealed it.</summary>
    public required long ReceiveTimeMicros { get; init; }

    /// <summary>Of a rule over several quantities: the part whose value and threshold these are. Else null.</summary>
    public Rule? ToldBy { get; init; }

    /// <summary>What the window said, in the unit of the rule's quantity, or of the part's that tells it.</summary>
    public required double WindowValue { get; init; }

    /// <summary>The threshold crossed (for <see cref="TransitionChange.Normal"/>: the one left behind), set-points and deadband applied.</summary>
    public required double Threshold { get; init; }

    /// <summary>The newest readings in the window, oldest first; at most 8.</summary>
    public required IReadOnlyList<Evidence> Evidence { get; init; }

    /// <summary>Journal position just after the entry that revealed it; not part of the identity.</summary>
    public long JournalPosition { get; init; }
}

/// <summary>
/// Where what the plant does meets what people do. Implemented by the ledger.
/// </summary>
public interface ITransitionSink
{
    /// <summary>Takes a transition in, blocking while the sink's bounded queue is full. Called in order per series; repeats are harmless.</summary>
    void Post(Transition transition);

    /// <summary>Completes when all that was posted before the call is on disk. A snapshot of the engine is published only after this.</summary>
    Task FlushAsync(CancellationToken cancellationToken);
}
