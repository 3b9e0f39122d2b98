namespace PingAnIoT.Alerts;

/// <summary>From when on an alert chatters, and when it no longer does.</summary>
/// <param name="MoreThan">Openings; one more than so many within <paramref name="Within"/> is chatter. 1 to 100.</param>
/// <param name="Within">In event time, so that a backlog is judged as it would have been live; 1 s to 24 h.</param>
/// <param name="Calm">So long without an opening or a return to normal, and it is over; 1 s to 24 h.</param>
public sealed record FlapRule(int MoreThan, TimeSpan Within, TimeSpan Calm)
{
    /// <summary>Ours: no standard says it for alerts that people close. ISA-18.2 calls three a minute chattering, which is faster than most sensors here report.</summary>
    public static FlapRule Default { get; } = new(5, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10));

    internal long WithinMicros => Within.Ticks / TimeSpan.TicksPerMicrosecond;

    internal long CalmMicros => Calm.Ticks / TimeSpan.TicksPerMicrosecond;
}

/// <summary>How an alert that came back has opened lately, and whether it chatters. Written into the entries that change it. Immutable.</summary>
/// <param name="Opens">Event times of the newest openings, oldest first; empty while it chatters: then only their number counts.</param>
/// <param name="Count">Openings since those that made it chatter, with these; 0 while it does not.</param>
/// <param name="CalmAtMicros">When it is over unless it goes on; server time. Null while it does not chatter.</param>
public sealed record Chatter(IReadOnlyList<long> Opens, int Count = 0, long? CalmAtMicros = null)
{
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsFlapping => CalmAtMicros is not null;
}

/// <summary>
/// The one definition of chatter: an alert that opens more than so many times within so long, until it has been calm for so long. Pure; what it
/// gives goes into the entry (<see cref="TransitionFacts.Chatter"/>), so that lists, notices and reports all tell the same.
/// </summary>
public static class Chattering
{
    /// <summary>True for the entry with which an alert began to chatter.</summary>
    /// <param name="entry">Any.</param>
    /// <param name="before">The chatter of its alert before it; null for none.</param>
    public static bool Begins(LedgerEntry entry, Chatter? before) => before is not { IsFlapping: true } && entry.Body.Transition?.Chatter is { IsFlapping: true };

    /// <summary>It has opened again.</summary>
    /// <param name="before">Null when this is its second opening.</param>
    /// <param name="lastOpenMicros">Event time of the opening before.</param>
    /// <param name="openMicros">Event time of this opening.</param>
    /// <param name="nowMicros">Server time.</param>
    /// <param name="rule">What counts as chatter.</param>
    public static Chatter Opened(Chatter? before, long lastOpenMicros, long openMicros, long nowMicros, FlapRule rule)
    {
        if (before is { IsFlapping: true })
        {
            return before with { Count = before.Count + 1, CalmAtMicros = nowMicros + rule.CalmMicros };
        }

        List<long> opens = [.. (before is { Opens.Count: > 0 } ? before.Opens : [lastOpenMicros]).Where(o => openMicros - o < rule.WithinMicros).TakeLast(rule.MoreThan), openMicros];
        return opens.Count > rule.MoreThan ? new Chatter([], opens.Count, nowMicros + rule.CalmMicros) : new Chatter(opens);
    }

    /// <summary>It has returned to normal: not yet calm.</summary>
    /// <returns>Null when that changes nothing.</returns>
    public static Chatter? Ended(Chatter? before, long nowMicros, FlapRule rule) =>
        before is { IsFlapping: true } ? before with { CalmAtMicros = nowMicros + rule.CalmMicros } : null;
}
