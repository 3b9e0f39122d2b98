namespace PingAnIoT.Rules;

/// <summary>
/// What the engine knows of one series and what every rule on it waits for, as of the last tick. Times are microseconds since
/// 1970-01-01T00:00:00Z. Immutable: a copy of values, which the engine goes on without.
/// </summary>
public sealed record SeriesExplanation
{
    /// <summary><c>kind/device/quantity</c>.</summary>
    public required string Series { get; init; }

    /// <summary>The device as registered now.</summary>
    public required DeviceRecord Device { get; init; }

    /// <summary>Unit of the quantity.</summary>
    public required string Unit { get; init; }

    /// <summary>Receive time of the last tick: the engine's now. Null before the first.</summary>
    public long? AsOfMicros { get; init; }

    /// <summary>The newest readings kept, oldest first; at most 8. Empty where none has come, or no rule watches the quantity.</summary>
    public IReadOnlyList<Evidence> Newest { get; init; } = [];

    /// <summary>How many readings are kept for the windows.</summary>
    public int ReadingsKept { get; init; }

    /// <summary>How far the series' own clock has come: its newest event time, and what ticks have added to it. Null without a reading.</summary>
    public long? ClockMicros { get; init; }

    /// <summary>How far ticks may bring it: as long as the newest reading speaks. Null where they do not move it, as that reading was old when it came.</summary>
    public long? ClockEndMicros { get; init; }

    /// <summary>In the order in which they are judged.</summary>
    public IReadOnlyList<RuleExplanation> Rules { get; init; } = [];

    public IReadOnlyList<SilenceExplanation> Silences { get; init; } = [];

    /// <summary>The names of the rules on this series.</summary>
    public IEnumerable<string> RuleIds => Rules.Select(r => r.Rule.Id).Concat(Silences.Select(s => s.Rule.Id));

    /// <summary>The same with one rule alone.</summary>
    public SeriesExplanation Only(string ruleId) => this with
    {
        Rules = [.. Rules.Where(r => r.Rule.Id == ruleId)], Silences = [.. Silences.Where(s => s.Rule.Id == ruleId)],
    };
}

/// <summary>Where a rule with bands stands.</summary>
public sealed record RuleExplanation
{
    public required Rule Rule { get; init; }

    /// <summary>What the window says as of the newest reading; NaN where it has no value. For functions that are no number, the newest reading.</summary>
    public required double Value { get; init; }

    /// <summary>How many readings the window covers; of a rule over the devices of a place, how many devices have a vote that counts (8 at most).</summary>
    public required int ReadingsInWindow { get; init; }

    /// <summary>False while the newest reading is outside the hours in which the rule judges.</summary>
    public required bool IsWithinSchedule { get; init; }

    /// <summary>What the rule says now.</summary>
    public required Severity Says { get; init; }

    /// <summary>Names the open episode; null while the rule says nothing.</summary>
    public long? EpisodeMicros { get; init; }

    /// <summary>Of the newest transition of the open episode; else 0.</summary>
    public int Ordinal { get; init; }

    /// <summary>Of a sequence: event time at which its first became true, while it waits for its second; else null.</summary>
    public long? WaitingSinceMicros { get; init; }

    /// <summary>Event time until which it waits for its second.</summary>
    public long? WaitingUntilMicros { get; init; }

    /// <summary>Worst first. Of a sequence, whether it says so. Of a rule over several quantities, crossed and violated are what its parts come to, and the numbers are the first part's.</summary>
    public required IReadOnlyList<BandExplanation> Bands { get; init; }

    /// <summary>Of a rule over several quantities: what each part makes of its own series. Parts say nothing and wait for nothing by themselves.</summary>
    public IReadOnlyList<RuleExplanation> Parts { get; init; } = [];
}

/// <summary>Where one colour of a rule stands.</summary>
public sealed record BandExplanation
{
    public required Band Band { get; init; }

    /// <summary>The number for this device.</summary>
    public required double Threshold { get; init; }

    /// <summary>Whether <see cref="Threshold"/> is the device's own, by the band's set-point, and not the rule's.</summary>
    public required bool IsSetPoint { get; init; }

    /// <summary>What must be passed on the way back: the threshold with the deadband applied.</summary>
    public required double LeftAt { get; init; }

    /// <summary>It or a worse one is crossed as of the newest reading.</summary>
    public required bool IsCrossed { get; init; }

    /// <summary>It or a worse one is still violated, deadband included.</summary>
    public required bool IsViolated { get; init; }

    /// <summary>Event time since which it waits to come on (while the rule says something less bad) or to go off (otherwise); null where it waits for nothing.</summary>
    public long? PendingSinceMicros { get; init; }

    /// <summary>Event time at which its hold, or clear hold, ends if nothing changes.</summary>
    public long? DueMicros { get; init; }

    /// <summary>Whether ticks alone will bring <see cref="DueMicros"/>; else it takes another reading.</summary>
    public bool IsDueOnTicks { get; init; }
}

/// <summary>Where the listening for a silence stands.</summary>
public sealed record SilenceExplanation
{
    public required Rule Rule { get; init; }

    /// <summary>False for a device that was never heard and is not yet listened for.</summary>
    public required bool IsWatched { get; init; }

    /// <summary>Receive time of the last sign of life; for a device that never gave one, of the tick from which it counts.</summary>
    public long? LastHeardMicros { get; init; }

    /// <summary>Time since then in which the device's gateways were listened to.</summary>
    public required long ListenedMicros { get; init; }

    /// <summary>Receive time at which it will be silent if nothing comes and the listening goes on; null while nobody listens, and once it is silent.</summary>
    public long? DueMicros { get; init; }

    /// <summary>What the rule says now.</summary>
    public required Severity Says { get; init; }

    /// <summary>Names the open episode; null while the rule says nothing.</summary>
    public long? EpisodeMicros { get; init; }

    public int Ordinal { get; init; }

    /// <summary>Whether time counts: no gateway of the device is known offline, or one is known online.</summary>
    public required bool IsListening { get; init; }

    public required IReadOnlyList<GatewayExplanation> Gateways { get; init; }
}

/// <param name="Name">A gateway of the device.</param>
/// <param name="IsOnline">By its last report; null while nothing is known of it, which counts as online.</param>
public sealed record GatewayExplanation(string Name, bool? IsOnline);
