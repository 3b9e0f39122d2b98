namespace PingAnIoT.Rules;

/// <content>What is known of a series, for people who ask. Reads only; what it allocates is the answer.</content>
internal sealed partial class ShardState
{
    private const int NewestMax = 8;

    /// <param name="device">In the register and of this shard.</param>
    /// <param name="quantity">Of the device's kind.</param>
    public SeriesExplanation Explain(int device, ushort quantity)
    {
        Move(device);
        var record = register[device];
        var explanation = new SeriesExplanation
        {
            Series = register.SeriesName(device, quantity), Device = record, Unit = register.Catalog.Kinds[record.Kind][quantity].Unit,
            AsOfMicros = clock.HasTicked ? clock.LastTickMicros : null,
        };
        if (plan.Find(plan.LayoutOf(record.Kind), quantity) is not { } watched)
        {
            return explanation;
        }

        var isMet = Store.Has(device);
        var silences = watched.Absents.Select(i => ExplainSilence(device, record, isMet, i)).ToArray();
        var series = isMet ? Store.Devices[device].Series + watched.Offset : -1;
        if (series < 0 || !Store.HasBlock(series) || !Store.Block(series).HasReading)
        {
            return explanation with
            {
                Rules = [.. watched.Rules.Select(r => Unseen(r, record)), .. watched.Combined.Select(r => ExplainCombined(device, record, r)), .. watched.Votes.Select(r => ExplainVotes(device, record, r))], Silences = silences,
            };
        }

        var block = Store.Block(series);
        var samples = block.Samples(scratch);
        var isTicking = block.Head.Anchor != Never.Micros;
        var elapsed = isTicking ? Math.Clamp(clock.Now - block.Head.Anchor - options.AllowedLatenessMicros, 0, options.CarryMicros) : 0;
        return explanation with
        {
            Newest = [.. samples[Math.Max(0, samples.Length - NewestMax)..].ToArray().Select(s => new Evidence(s.EventTimeMicros, s.Value))],
            ReadingsKept = samples.Length,
            ClockMicros = block.Last + elapsed,
            ClockEndMicros = isTicking ? block.Last + options.CarryMicros : null,
            Rules = [.. ExplainRules(block, watched, record), .. watched.Combined.Select(r => ExplainCombined(device, record, r)), .. watched.Votes.Select(r => ExplainVotes(device, record, r))],
            Silences = silences,
        };
    }

    private List<RuleExplanation> ExplainRules(SeriesBlock series, QuantityPlan quantity, DeviceRecord device)
    {
        var rules = new List<RuleExplanation>(quantity.Rules.Length);
        var samples = series.Samples(scratch);
        foreach (ref readonly var window in quantity.Windows.AsSpan())
        {
            var covered = Windows.Covered(window.Micros, samples);
            var value = Windows.Value(window, covered, scratch);
            for (var i = window.First; i < window.End; i++)
            {
                var rule = quantity.Rules[i];
                var verdict = Verdict.Of(rule, device, value, covered);
                var state = series.Head.States == 0 ? RuleState.Normal(0, quantity.Quantity, rule) : Store.States[series.Head.States + i];
                rules.Add(Explain(rule, device, verdict.Value, BoundsOf(rule, verdict), state, series.Clock) with
                {
                    ReadingsInWindow = rule.Function == WindowFunction.Stuck ? Math.Min(2, covered.Length) : covered.Length,
                    IsWithinSchedule = rule.During?.Covers(series.Last) ?? true,
                });
            }
        }

        return rules;
    }

    private RuleExplanation ExplainCombined(int device, DeviceRecord record, CombinedRule rule)
    {
        if (!Store.Has(device))
        {
            return Unseen(rule.Rule, record) with { Parts = [.. rule.Parts.Select(p => Unseen(p, record))] };
        }

        var slot = Store.Devices[device];
        var at = ClockOf(slot, rule);
        if (at == SeriesClock.None)
        {
            return Unseen(rule.Rule, record) with { Parts = [.. rule.Parts.Select(p => Unseen(p, record))] };
        }

        var index = Store.StateAt(slot, rule);
        var state = index <= 0 ? RuleState.Normal(device, rule.Rule.Rule.Quantity, rule.Rule) : Store.States[index];
        var parts = new RuleExplanation[rule.Parts.Length];
        for (var p = 0; p < parts.Length; p++)
        {
            var series = slot.Series + rule.Offsets[p];
            parts[p] = Explain(
                rule.Parts[p], record, VerdictOf(slot, rule, p, record).Value, JudgePart(slot, rule, p, record, at.Last), RuleState.Normal(device, 0, rule.Rule), at) with
            {
                ReadingsInWindow = Store.HasBlock(series) && Store.Block(series) is { HasReading: true } block
                    ? Windows.Covered(rule.Windows[p].Micros, block.Samples(scratch)).Length : 0,
            };
        }

        // A sequence is so while it says so: its parts alone do not tell.
        var said = new Bounds(state.Current, state.Current);
        var verdict = rule.IsSequence ? (said, said) : JudgeParts(slot, rule, record, at.Last);
        var waiting = WaitingOf(state, rule.Rule.Rule);
        return Explain(rule.Rule, record, double.IsFinite(state.Value) ? state.Value : parts[0].Value, verdict, state, at) with
        {
            WaitingSinceMicros = waiting?.Since,
            WaitingUntilMicros = waiting?.Until,
            ReadingsInWindow = parts.Sum(p => p.ReadingsInWindow),
            IsWithinSchedule = rule.Rule.During?.Covers(at.Last) ?? true,
            Parts = parts,
        };
    }

    /// <summary>What a rule says of the place of the device, and by the votes of how many devices.</summary>
    private RuleExplanation ExplainVotes(int device, DeviceRecord record, VotesRule votes)
    {
        var number = Store.Has(device) ? Store.PlaceOf(Store.Devices[device], votes) : 0;
        if (number == 0 && Store.Has(device) && votes.PlaceOf(register.PlaceOf(device)) is { } name)
        {
            // After a restart the device has not spoken yet, but its place may have.
            number = Places.Known(votes, name);
        }

        if (number <= 0)
        {
            return Unseen(votes.Rule, record);
        }

        ref readonly var place = ref Places[number];
        var state = place.State == 0 ? RuleState.Normal(device, votes.Rule.Rule.Quantity, votes.Rule) : Store.States[place.State];
        return Explain(votes.Rule, record, state.Value, BoundsOf(votes.Rule, CountVotes(votes.Rule, place, state.Value)), state, place.Clock) with
        {
            ReadingsInWindow = EvidenceOf(number, votes.Rule).Length,
            IsWithinSchedule = votes.Rule.During?.Covers(place.Last) ?? true,
        };
    }

    private static (Bounds Crossed, Bounds Violated) BoundsOf(CompiledRule rule, in Verdict verdict) => verdict.IsDefined
        ? (new Bounds(verdict.Crossed, verdict.Crossed), new Bounds(verdict.Violated, verdict.Violated))
        : (new Bounds(0, rule.Bands.Length), new Bounds(0, rule.Bands.Length));

    /// <summary>A rule that has seen no reading.</summary>
    private static RuleExplanation Unseen(CompiledRule rule, DeviceRecord device) => new()
    {
        Rule = rule.Rule, Value = double.NaN, ReadingsInWindow = 0, IsWithinSchedule = true, Says = Severity.Normal,
        Bands = [.. rule.Bands.Select((_, b) => Explain(rule, device, b))],
    };

    private RuleExplanation Explain(
        CompiledRule rule, DeviceRecord device, double value, (Bounds Crossed, Bounds Violated) verdict, in RuleState state, SeriesClock at)
    {
        var bands = new BandExplanation[rule.Bands.Length];
        for (var b = 0; b < bands.Length; b++)
        {
            var since = state.Since[b];
            var due = since + (b < state.Current ? rule.Rule.HoldMicros : rule.Rule.ClearHoldMicros);
            var isPending = state.HasPending && since != Never.Micros;
            bands[b] = Explain(rule, device, b) with
            {
                IsCrossed = b >= verdict.Crossed.High,
                IsViolated = b >= verdict.Violated.High,
                PendingSinceMicros = isPending ? since : null,
                DueMicros = isPending ? due : null,
                IsDueOnTicks = isPending && at.Anchor != Never.Micros && due - at.Last <= Carry(state, rule.Rule),
            };
        }

        var isActive = state.Current < bands.Length;
        return new RuleExplanation
        {
            Rule = rule.Rule, Value = value, ReadingsInWindow = 0, IsWithinSchedule = true, Says = rule.SeverityOf(state.Current),
            EpisodeMicros = isActive ? state.Episode : null, Ordinal = isActive ? state.Ordinal : 0, Bands = bands,
        };
    }

    private static BandExplanation Explain(CompiledRule rule, DeviceRecord device, int band)
    {
        var own = rule.Bands[band];
        var threshold = rule.ThresholdOf(band, device);
        return new BandExplanation
        {
            Band = own, Threshold = threshold, IsSetPoint = own.SetPoint is not null && device.SetPoints.ContainsKey(own.SetPoint),
            LeftAt = Latch.Left(own.Comparison, threshold, rule.Rule.Deadband), IsCrossed = false, IsViolated = false,
        };
    }

    private SilenceExplanation ExplainSilence(int device, DeviceRecord record, bool isMet, int index)
    {
        var rule = plan.OfKind(record.Kind).Absents[index];
        if (!isMet)
        {
            return new SilenceExplanation
            {
                Rule = rule.Rule, IsWatched = false, ListenedMicros = 0, Says = Severity.Normal, IsListening = false,
                Gateways = [.. record.Gateways.Select(ExplainGateway)],
            };
        }

        ref readonly var slot = ref Store.Devices[device];
        Tell(slot);
        ref readonly var absence = ref Store.Absences[slot.Absences + index];
        var group = gateways.Groups[slot.Group];
        var listened = absence.IsWatched ? Math.Max(0, group.At(clock.Now) - absence.LifeListening) : 0;
        var isWaiting = clock.HasTicked && absence.IsWatched && !absence.IsActive && group.IsListening;
        return new SilenceExplanation
        {
            Rule = rule.Rule, IsWatched = absence.IsWatched, LastHeardMicros = absence.IsWatched ? absence.LifeReceiveMicros : null,
            ListenedMicros = listened, DueMicros = isWaiting ? clock.LastTickMicros + rule.SilenceMicros(register, device) - (group.At(clock.Now) - absence.LifeListening) : null,
            Says = absence.IsActive ? rule.SeverityOf(0) : Severity.Normal, EpisodeMicros = absence.IsActive ? absence.Episode : null,
            Ordinal = absence.IsActive ? absence.Ordinal : 0, IsListening = group.IsListening,
            Gateways = group.Key.Length == 0 ? [] : [.. group.Key.Split('\n').Distinct(StringComparer.Ordinal).Select(ExplainGateway)],
        };
    }

    private GatewayExplanation ExplainGateway(string name) =>
        new(name, gateways.Gateways.FirstOrDefault(g => g.Name == name)?.IsOnline);
}
