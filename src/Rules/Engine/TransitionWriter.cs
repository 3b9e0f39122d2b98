namespace PingAnIoT.Rules;

/// <summary>
/// Turns a change of state into a <see cref="Transition"/>. Event times of one rule and series never go back, and an episode begins at
/// least 1 µs after the one before it ended: its name is its own.
/// </summary>
internal sealed class TransitionWriter(DeviceRegister register, EngineCounters counters, Action<Transition> emit)
{
    public const int EvidenceMax = 8;

    /// <summary>Journal position of what is being applied.</summary>
    public long Position { get; set; }

    /// <summary>What an episode's end is called for now.</summary>
    public TransitionChange End { get; set; } = TransitionChange.Normal;

    /// <summary>A rule's band changed from <paramref name="from"/> to the state's present one.</summary>
    public void Write(ref RuleState state, CompiledRule rule, ReadOnlySpan<Sample> samples, int from, long due, long receive)
    {
        Write(ref state, rule, rule, from, due, receive, EvidenceOf(rule.Rule, samples));
    }

    /// <summary>The same, told by one of several parts.</summary>
    public void Write(ref RuleState state, CompiledRule rule, CompiledRule telling, int from, long due, long receive, Evidence[] evidence, string? series = null)
    {
        int normal = rule.Bands.Length, to = state.Current;
        var device = register[state.Device];
        var when = Begin(ref state.LastChange, ref state.Episode, ref state.Ordinal, from == normal, due);
        var threshold = telling.Function is WindowFunction.Code or WindowFunction.Stuck ? state.Value
            : to < from || rule.Rule.Combination == Combination.ThenNot
            ? telling.ThresholdOf(Math.Min(to, from), device)
            : Latch.Left(telling.Bands[from].Comparison, telling.ThresholdOf(from, device), telling.Rule.Deadband);
        Emit(new Transition
        {
            Rule = rule.Rule, Device = device, Series = series ?? register.SeriesName(state.Device, state.Quantity),
            EpisodeMicros = state.Episode, Ordinal = state.Ordinal, Change = ChangeOf(from == normal, to == normal),
            From = rule.SeverityOf(from), To = rule.SeverityOf(to), EventTimeMicros = when, ReceiveTimeMicros = receive,
            WindowValue = state.Value, Threshold = threshold, Evidence = evidence, JournalPosition = Position, ToldBy = telling == rule ? null : telling.Rule,
        });
    }

    /// <summary>A silence began or ended.</summary>
    public void Write(ref Absence absence, CompiledRule rule, bool active, long due, long receive)
    {
        var when = Begin(ref absence.LastChange, ref absence.Episode, ref absence.Ordinal, active, due);
        absence.IsActive = active;
        var seconds = rule.SilenceMicros(register, absence.Device) / 1e6;
        Emit(new Transition
        {
            Rule = rule.Rule, Device = register[absence.Device], Series = register.SeriesName(absence.Device, rule.Rule.Quantity),
            EpisodeMicros = absence.Episode, Ordinal = absence.Ordinal, Change = ChangeOf(active, !active),
            From = active ? Severity.Normal : rule.SeverityOf(0), To = active ? rule.SeverityOf(0) : Severity.Normal,
            EventTimeMicros = when, ReceiveTimeMicros = receive, WindowValue = active ? seconds : 0, Threshold = seconds,
            Evidence = absence.HasReading ? [new Evidence(absence.LastEventMicros, absence.LastValue)] : [], JournalPosition = Position,
        });
    }

    private static long Begin(ref long lastChange, ref long episode, ref int ordinal, bool isRaise, long due)
    {
        var when = lastChange == Never.Micros ? due : Math.Max(due, isRaise ? lastChange + 1 : lastChange);
        lastChange = when;
        episode = isRaise ? when : episode;
        ordinal = isRaise ? 1 : ordinal + 1;
        return when;
    }

    private TransitionChange ChangeOf(bool fromNormal, bool toNormal) =>
        fromNormal ? TransitionChange.Raised : toNormal ? End : TransitionChange.ColourChanged;

    public static Evidence[] EvidenceOf(Rule rule, ReadOnlySpan<Sample> samples, string? series = null)
    {
        var covered = samples.IsEmpty ? samples
            : rule.Function == WindowFunction.Stuck ? samples[Math.Max(0, samples.Length - 2)..]
            : Windows.Covered(rule.WindowMicros, samples);
        covered = covered[Math.Max(0, covered.Length - EvidenceMax)..];
        var evidence = new Evidence[covered.Length];
        for (var i = 0; i < evidence.Length; i++)
        {
            evidence[i] = new Evidence(covered[i].EventTimeMicros, covered[i].Value, series);
        }

        return evidence;
    }

    private void Emit(Transition transition)
    {
        counters.Transitions++;
        emit(transition);
    }
}
