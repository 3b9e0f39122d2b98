using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>
/// Whether an entry has set what the policy demands: not only that what is set fires, but that it is set at all, and in time. Makes no deadlines: it judges those that
/// the entry left, by the bare list of the policy's rules, and shares nothing with what made them but the calendar of working time. Pure.
/// </summary>
internal static class DeadlineDemand
{
    private static readonly WorkState[] Steps =
    [
        WorkState.Seen, WorkState.Acknowledged, WorkState.Triaged, WorkState.Reported, WorkState.Dispatched, WorkState.Arrived, WorkState.Rectified, WorkState.Closed,
    ];

    /// <param name="alert">As it was before the entry.</param>
    /// <param name="entry">A transition, a step or a breach of it.</param>
    /// <param name="after">What runs after it.</param>
    /// <param name="policy">In force when it was made.</param>
    /// <param name="differences">Told of each step, level and due that is not as demanded, and what is wrong with it.</param>
    public static void Judge(AuditedAlert alert, LedgerEntry entry, IReadOnlyList<Deadline> after, DeadlinePolicy policy, Action<Deadline, string> differences)
    {
        var account = new Account(alert, entry, after, policy);
        if (entry.Body.Transition is { } facts)
        {
            account.Transition(facts);
        }
        else if (entry.Body.Breach is { } breach)
        {
            account.Breach(breach);
        }
        else
        {
            account.Step();
        }

        account.Say(differences);
    }

    /// <summary>What has to be there after one entry: what was there before and stays, and what is added.</summary>
    private sealed class Account(AuditedAlert alert, LedgerEntry entry, IReadOnlyList<Deadline> after, DeadlinePolicy policy)
    {
        private readonly long now = entry.TimeMicros;

        /// <summary>What stays as it was; a sooner one in place of it must be demanded.</summary>
        private List<Deadline> kept = [.. alert.Running];

        /// <summary>One of each step, due no later than this.</summary>
        private readonly List<Deadline> demanded = [];

        public void Transition(TransitionFacts facts)
        {
            var isWorse = Rank(facts.To) > Rank(alert.Worst);
            if (alert.IsUnmovedBy(entry, facts) || !(facts.Reopens || isWorse))
            {
                return;
            }

            kept.RemoveAll(d => d.Step >= WorkState.ShelveEnd ? isWorse : facts.Reopens && CountsFromLater(facts.To, d.Step));
            if (Rank(facts.To) > Rank(alert.Peak))
            {
                // A colour that it never had escalates from its own first level on, in a round of its own, and no later than what runs.
                kept = [.. kept.Select(d => d.Level == 1 || d.Step >= WorkState.ShelveEnd || RuleOf(facts.To, d.Step) is null ? d
                    : after.FirstOrDefault(a => a.Step == d.Step && a.Level == 1 && a.Round > d.Round && a.DueMicros == d.DueMicros) ?? d with { Level = 1 })];
            }

            DemandFrom(WorkState.Raised, facts.To, facts.Reopens ? WorkState.Raised : alert.Work);
        }

        public void Breach(Breach breach)
        {
            kept.RemoveAll(d => d.Step == breach.Step && d.Level == breach.Level && d.Round == breach.Round);
            if (RuleOf(alert.Peak, breach.Step) is not { } rule)
            {
                return;
            }

            if (breach.Step == WorkState.Dispatched && alert.Work == WorkState.Acknowledged)
            {
                // It led nowhere: all begins anew.
                kept.RemoveAll(d => CountsFromLater(alert.Peak, d.Step));
                DemandFrom(WorkState.Raised, alert.Peak, WorkState.Raised);
                return;
            }

            if (breach.Level >= rule.Levels || rule.Repeat <= TimeSpan.Zero)
            {
                return;
            }

            // From the top on the time doubles, up to the widest; and there what was missed while nobody swept is not told one by one.
            var top = Math.Max(rule.Chain.Count, rule.Supervision.Count);
            var doublings = Math.Clamp(breach.Level - top + 1, 0, 62);
            var wide = Math.Max(rule.Repeat.Ticks, Math.Min(rule.Repeat.Ticks * Math.Pow(2, doublings), rule.Widest.Ticks));
            var wait = TimeSpan.FromTicks((long)wide);
            var due = DueAfter(rule, wait, breach.DueMicros);
            Demand(breach.Step, breach.Level + 1, due <= now && breach.Level >= top ? DueAfter(rule, wait, now) : due);
        }

        public void Step()
        {
            var shelf = after.FirstOrDefault(d => d.Step == WorkState.ShelveEnd) ?? kept.Find(d => d.Step == WorkState.ShelveEnd);
            switch (entry.Kind)
            {
                case EntryKind.Closed:
                    kept.Clear();
                    break;
                case EntryKind.OutOfService:
                    kept.Clear();
                    Demand(WorkState.OutOfServiceEnd, 1, now + (policy.LongestOutOfService(alert.Peak).Ticks / TimeSpan.TicksPerMicrosecond));
                    break;
                case EntryKind.Shelved when shelf is not null:
                    kept = [.. kept.Select(d => Later(d, shelf.DueMicros - now)), shelf];
                    break;
                case EntryKind.Unshelved when shelf is not null:
                    kept = [.. kept.Where(d => d != shelf).Select(d => Later(d, -Math.Max(0, shelf.DueMicros - now)))];
                    break;
                case EntryKind.ReturnedToService:
                    kept.RemoveAll(d => d.Step == WorkState.OutOfServiceEnd);
                    DemandFrom(WorkState.Raised, alert.Peak, alert.Work);
                    if (alert.Work > WorkState.Raised)
                    {
                        DemandFrom(alert.Work, alert.Peak, alert.Work);
                    }

                    break;
                case EntryKind.Dispatched when alert.Work > WorkState.Acknowledged && !alert.IsOutOfService:
                    // Others are sent: what comes after is due anew.
                    kept.RemoveAll(d => d.Step <= WorkState.Arrived || RuleOf(alert.Peak, d.Step) is { After: >= WorkState.Dispatched });
                    DemandFrom(WorkState.Raised, alert.Peak, WorkState.Dispatched);
                    DemandFrom(WorkState.Dispatched, alert.Peak, WorkState.Dispatched);
                    break;
                default:
                    Reach(AuditedAlert.StepOf(entry.Kind));
                    break;
            }
        }

        public void Say(Action<Deadline, string> differences)
        {
            foreach (var demand in demanded)
            {
                var set = after.FirstOrDefault(d => d.Step == demand.Step);
                if (set is null)
                {
                    differences(demand, "should have been set and was not");
                }
                else if (set.DueMicros > demand.DueMicros)
                {
                    differences(demand, "was set late");
                }
                else if (entry.Body.Breach is not null && !kept.Contains(set) && (set.Level != demand.Level || set.DueMicros != demand.DueMicros))
                {
                    differences(set, "was set otherwise than the level before it demands");
                }
            }

            foreach (var gone in kept.Where(k => !after.Contains(k) && !demanded.Exists(d => d.Step == k.Step)))
            {
                differences(gone, "was running and was taken away");
            }

            foreach (var extra in after.Where(a => !kept.Contains(a) && !demanded.Exists(d => d.Step == a.Step)))
            {
                differences(extra, "was set and nothing demands it");
            }
        }

        private void Reach(WorkState? reached)
        {
            if (reached is not { } step)
            {
                return;
            }

            var isAside = step is WorkState.Seen or WorkState.Triaged or WorkState.Reported;
            kept.RemoveAll(d => isAside ? d.Step == step : d.Step <= step);
            var isAgain = step switch
            {
                WorkState.Seen => alert.IsSeen,
                WorkState.Triaged => alert.IsTriaged,
                WorkState.Reported => alert.IsReported,
                _ => false,
            };
            if (!isAgain && !alert.IsOutOfService)
            {
                DemandFrom(step, alert.Peak, alert.Work, onlyNew: true);
            }
        }

        /// <summary>All that counts from a step and is for what lies beyond where the work is.</summary>
        private void DemandFrom(WorkState from, Severity colour, WorkState work, bool onlyNew = false)
        {
            foreach (var step in Steps)
            {
                if (step > work && RuleOf(colour, step) is { } rule && rule.After == from && !(onlyNew && kept.Exists(d => d.Step == step)))
                {
                    var shelf = step < WorkState.Rectified ? kept.Find(d => d.Step == WorkState.ShelveEnd)?.DueMicros ?? now : now;
                    Demand(step, 1, DueAfter(rule, rule.Within, now) + Math.Max(0, shelf - now));
                }
            }
        }

        /// <summary>What runs already and is due sooner is good, and stays.</summary>
        private void Demand(WorkState step, int level, long due)
        {
            var running = kept.Find(d => d.Step == step);
            demanded.Add(running is not null && running.DueMicros <= due ? running : new Deadline(step, level, 0, due));
        }

        private bool CountsFromLater(Severity colour, WorkState step) => (RuleOf(colour, step) ?? RuleOf(alert.Peak, step)) is { After: not WorkState.Raised };

        /// <summary>The kind's own, before what is for all kinds.</summary>
        private DeadlineRule? RuleOf(Severity colour, WorkState step)
        {
            DeadlineRule? general = null;
            var rules = policy.Rules;
            for (var i = 0; i < rules.Count; i++)
            {
                var rule = rules[i];
                if (rule.Colour == colour && rule.Step == step)
                {
                    if (rule.Kind == alert.Kind)
                    {
                        return rule;
                    }

                    general = rule.Kind is null ? rule : general;
                }
            }

            return general;
        }

        private long DueAfter(DeadlineRule rule, TimeSpan wait, long fromMicros) =>
            rule.IsWorkingTime ? policy.Calendar.Add(fromMicros, wait) : fromMicros + (wait.Ticks / TimeSpan.TicksPerMicrosecond);

        /// <summary>The city's time for putting right does not stand still on a shelf.</summary>
        private static Deadline Later(Deadline deadline, long byMicros) =>
            deadline.Step < WorkState.Rectified ? deadline with { DueMicros = deadline.DueMicros + byMicros } : deadline;

        private static int Rank(Severity colour) => colour switch { Severity.Red => 4, Severity.Yellow => 3, Severity.Green => 2, Severity.Fault => 1, _ => 0 };
    }
}
