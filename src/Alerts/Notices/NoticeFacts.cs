namespace PingAnIoT.Alerts;

/// <summary>What the ledger keeps of notices: names of people and channels, never their addresses or secrets.</summary>
public sealed record NoticeFacts
{
    /// <summary><see cref="EntryKind.NoticesPlanned"/>.</summary>
    public NoticePlan? Plan { get; init; }

    /// <summary><see cref="EntryKind.NoticeDelivered"/> and <see cref="EntryKind.NoticeFailed"/>.</summary>
    public NoticeAttempt? Attempt { get; init; }

    /// <summary><see cref="EntryKind.NoticesKept"/>: whether causes go into the outbox from here on.</summary>
    public bool? IsKept { get; init; }
}

/// <summary>What became of a stretch of one lane of the outbox.</summary>
/// <param name="Lane">Which lane.</param>
/// <param name="UpTo">Every cause of the lane up to this entry is settled by this plan or an earlier one.</param>
/// <param name="Cards">What is to be sent.</param>
/// <param name="Held">How many notices were not sent on their own, by reason; a notice to two people counts twice.</param>
public sealed record NoticePlan(NoticeLane Lane, long UpTo, IReadOnlyList<NoticeCard> Cards, IReadOnlyDictionary<string, int> Held);

/// <summary>One message to one recipient over one channel. Its key stays the same however often it is sent.</summary>
public sealed record NoticeCard
{
    /// <summary>The end of <see cref="News"/> of what is overdue still at the top of the chain, e.g. <c>acknowledged/again</c>.</summary>
    internal const string Again = "/again";

    /// <summary>Alert, entry, recipient and channel.</summary>
    public required string Key { get; init; }

    public required NoticeLane Lane { get; init; }

    public required NoticeReason Reason { get; init; }

    /// <summary>The contact's name; <c>fallback</c> for whoever the fallback channel reaches.</summary>
    public required string Recipient { get; init; }

    public required string Channel { get; init; }

    /// <summary>The alert it leads with.</summary>
    public required string AlertId { get; init; }

    /// <summary>The entry that caused it.</summary>
    public required long Sequence { get; init; }

    /// <summary>The place as it is told to this recipient, e.g. <c>d01/s03/c07</c>; "" for the city, and for a summary.</summary>
    public required string Place { get; init; }

    /// <summary>The incident, of a card that stands for one alone; null for a card that stands for all of its place.</summary>
    public long? Incident { get; init; }

    /// <summary>What it says beyond its reason, e.g. <c>acknowledged/2/1</c>: step, level and round; null for a card that stands for all of its kind in its place.</summary>
    public string? News { get; init; }

    /// <summary>What was not done in time; null where it is about no breach.</summary>
    public Breach? Breach { get; init; }

    /// <summary>How many notices it stands for.</summary>
    public required int Count { get; init; }

    /// <summary>Of a summary: how many of them are red; null for none.</summary>
    public int? Reds { get; init; }

    /// <summary>Not before; server time, microseconds since 1970.</summary>
    public required long DueMicros { get; init; }

    /// <summary>Sent only if by then nobody has a stream open who covers the place, and nobody has acknowledged.</summary>
    public bool IfUnattended { get; init; }
}

/// <summary>One attempt to send a card.</summary>
/// <param name="Key">Of the card.</param>
/// <param name="Number">From 1.</param>
/// <param name="Reason">What the channel said; "" when it was delivered.</param>
/// <param name="IsLast">Failed for good: it lies among the dead letters.</param>
/// <param name="NextMicros">Of a failure: not again before; server time.</param>
/// <param name="Fallback">The channel that it goes out over instead from now on; null for none.</param>
public sealed record NoticeAttempt(string Key, int Number, string Reason, bool IsLast, long? NextMicros = null, string? Fallback = null);

/// <summary>What the key of a card says.</summary>
/// <param name="Alert">Its id; <c>summary</c> for a summary, <c>canary</c> for a canary.</param>
/// <param name="Sequence">The entry that caused it.</param>
/// <param name="Recipient">The contact.</param>
/// <param name="Channel">The channel it goes over: the fallback channel where another has failed.</param>
public sealed record NoticeKey(string Alert, long Sequence, string Recipient, string Channel)
{
    /// <returns>Null when it is no key of a card.</returns>
    public static NoticeKey? Parse(string key) =>
        key.Split('/') is { Length: >= 4 } parts && long.TryParse(parts[1], System.Globalization.CultureInfo.InvariantCulture, out var sequence)
            ? new NoticeKey(parts[0], sequence, parts[2], parts[^1]) : null;
}
