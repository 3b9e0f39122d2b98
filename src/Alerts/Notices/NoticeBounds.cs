namespace PingAnIoT.Alerts;

/// <summary>The bounds of notices.</summary>
public sealed record NoticeBounds
{
    /// <summary>Most causes settled by one plan.</summary>
    public int BatchCauses { get; init; } = 512;

    /// <summary>Most cards to one recipient within <see cref="Window"/>; a card goes over all of the recipient's channels.</summary>
    public int CardsPerWindow { get; init; } = 10;

    /// <summary>Of those, what is not red may take so many; what is beyond comes as a counted summary.</summary>
    public int PlainCardsPerWindow { get; init; } = 4;

    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a summary gathers.</summary>
    public TimeSpan SummaryAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A red with nobody's stream open goes to the fallback channel after this; with one look at the outbox it is below 15 s.</summary>
    public TimeSpan UnattendedAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From one look at the outbox to the next.</summary>
    public TimeSpan Look { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Most sends of one channel at a time; the last of them is kept for red.</summary>
    public int SendsPerChannel { get; init; } = 4;

    /// <summary>Sends of one card before it is a dead letter.</summary>
    public int Attempts { get; init; } = 12;

    /// <summary>Most dead letters; the oldest makes room, on record.</summary>
    public int DeadLetters { get; init; } = 10_000;

    public TimeSpan LongestBackOff { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Failures in a row that open a channel's circuit.</summary>
    public int CircuitFailures { get; init; } = 5;

    /// <summary>How long an open circuit lets nothing through but then one trial.</summary>
    public TimeSpan CircuitOpen { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>1 s, 2 s, 4 s … up to <see cref="LongestBackOff"/>.</summary>
    public long BackOffMicros(int attempt) =>
        Math.Min(1L << Math.Min(attempt - 1, 20), (long)LongestBackOff.TotalSeconds) * 1_000_000;
}
