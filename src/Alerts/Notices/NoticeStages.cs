using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>A cause on its way to being told.</summary>
internal sealed record NoticeItem(LedgerEntry Entry, Alert Alert, NoticeReason Reason)
{
    /// <summary>The territory; a device of unknown place stands for itself.</summary>
    public string Territory { get; set; } = "";

    /// <summary>A missed deadline of a level above the top of its chain: the same people were told that, as the same, before.</summary>
    public bool IsAgain { get; init; }

    /// <summary>
    /// Told are these and nobody else: of an alert that was closed the channels that have it as firing; of duty those whom it concerns; of what was given to somebody he. Null
    /// for those of the territory.
    /// </summary>
    public IReadOnlyList<Recipient>? To { get; init; }

    /// <summary>Not before; server time, 0 for at once.</summary>
    public long FromMicros { get; init; }

    /// <summary>No news of the plant: nothing holds it back, and it takes nobody's share.</summary>
    public bool IsNoNews => Reason is NoticeReason.Ended or NoticeReason.Canary || DutyNotice.Is(Reason);
}

/// <summary>A cause, or several of one place, for one recipient.</summary>
internal sealed record NoticeTelling(NoticeItem Item, Recipient Recipient)
{
    public string Place { get; set; } = "";

    /// <summary>The incident of its alert; null for an alert of before there were any.</summary>
    public long? Incident => Item.Alert.Incident?.Id;

    /// <summary>It is told of its incident alone, and not of all of the place.</summary>
    public bool IsOfIncident { get; set; }

    /// <summary>The window fills: the card stands for all of its kind in the place.</summary>
    public bool IsWide { get; set; }

    /// <summary>What it says: two that say the same of one incident, or of one place, are told as one.</summary>
    public string News { get; } = NewsOf(Item);

    public long? CardIncident => IsOfIncident && !IsWide ? Incident : null;

    public string? CardNews => IsWide ? null : News;

    public int Count { get; set; } = 1;

    /// <summary>
    /// A step at a level, or above them all; or that something has happened, in a round of its work: what comes back is new again. What an officer gives or reports
    /// is news each time.
    /// </summary>
    private static string NewsOf(NoticeItem item)
    {
        if (StepNotice.Is(item.Reason))
        {
            return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{item.Reason.ToString().ToLowerInvariant()}/{item.Entry.Sequence}");
        }

        var kind = NoticeDesk.KindOf(item.Reason);
        var breach = item.Entry.Body.Breach;
        if (item.IsAgain)
        {
            return breach!.Step.ToString().ToLowerInvariant() + NoticeCard.Again;
        }

        var (what, level, round) = kind == NoticeReason.Breached && breach is not null ? (breach.Step.ToString(), breach.Level, breach.Round)
            : (kind.ToString(), 0, breach is null ? item.Alert.Round : breach.Round + 1);
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{what.ToLowerInvariant()}/{level}/{round}");
    }
}

/// <summary>A stretch of one lane on its way through the stages.</summary>
internal sealed class NoticeBatch(NoticeLane lane, long nowMicros, long upTo, IReadOnlyList<NoticeItem> items)
{
    public NoticeLane Lane => lane;

    public long NowMicros => nowMicros;

    public IReadOnlyList<NoticeItem> Items => items;

    public List<NoticeTelling> Tellings { get; set; } = [];

    public Dictionary<string, NoticeCard> Cards { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, int> Held { get; } = new(StringComparer.Ordinal);

    /// <summary>What becomes of it.</summary>
    public NoticePlan Plan => new(Lane, upTo, [.. Cards.Values], Held);

    public void Hold(string reason, int count = 1) => Held[reason] = Held.GetValueOrDefault(reason) + count;
}

/// <summary>From a cause to cards, one stage after the other. Does no I/O but asking the roster; what it decides is written down by the last stage.</summary>
internal sealed class NoticeStages
{
    public const string Fallback = "fallback";
    private const int KeptCards = 2;

    /// <summary>Red cards of a window that may be about what is overdue, which may be so for ever: as many at least are for what is new.</summary>
    private const int OverdueCards = 4;

    /// <summary>With so many left in the window, and fewer, a red card stands for more than its incident: first its grid, then what is around that.</summary>
    private const int IncidentCardsLeft = 4;
    private readonly NoticeBounds bounds;
    private readonly NoticeDesk desk;
    private readonly IDutyRoster roster;
    private readonly Func<NoticeConfig> config;

    public NoticeStages(NoticeBounds bounds, NoticeDesk desk, IDutyRoster roster, Func<NoticeConfig> config)
    {
        this.bounds = bounds;
        this.desk = desk;
        this.roster = roster;
        this.config = config;
        All =
        [
            ("territory", Place),
            ("roster", Roster),
            ("suppress", Suppress),
            ("group", Group),
            ("throttle", Throttle),
            ("deliver", Deliver),
        ];
    }

    /// <summary>In this order; the plan they make is then recorded.</summary>
    public IReadOnlyList<(string Name, Action<NoticeBatch> Run)> All { get; }

    public NoticePlan Run(NoticeBatch batch)
    {
        foreach (var (_, run) in All)
        {
            run(batch);
        }

        return batch.Plan;
    }

    private static void Place(NoticeBatch batch)
    {
        foreach (var item in batch.Items)
        {
            // A breach names whom it concerns, and so does who reports it: up the chain, not where the device is.
            item.Territory = item.Entry.Body.Breach?.To ?? (item.Reason == NoticeReason.Reported ? item.Entry.Body.Command!.To! : item.Alert.Territory);
        }
    }

    private void Roster(NoticeBatch batch)
    {
        var onDuty = new Dictionary<(string, OfficerRoles), IReadOnlyList<Recipient>>();
        foreach (var item in batch.Items)
        {
            if (item.To is { } these)
            {
                if (these.Count == 0 && DutyNotice.Is(item.Reason))
                {
                    batch.Hold("nobody");
                }

                batch.Tellings.AddRange(these.Select(r => Telling(item, r)));
                continue;
            }

            var recipients = OnDuty(item.Territory, item.Entry.Body.Breach?.Role ?? OfficerRoles.Officer);
            if (item.Reason == NoticeReason.CameBack)
            {
                // New again: also for those who are to acknowledge it, however far up it is told.
                recipients = [.. recipients.Concat(OnDuty(item.Alert.Territory, OfficerRoles.Officer)).DistinctBy(r => r.Name)];
            }

            if (item.Reason == NoticeReason.Reported)
            {
                recipients = [.. recipients.Where(r => r.Name != item.Entry.Actor)];
            }

            if (recipients.Count == 0)
            {
                batch.Hold("nobody");
            }

            // A red finds the fallback channel even where nobody is named; who reports it attends to it, and of a late canary it was told.
            batch.Tellings.AddRange(recipients.Select(r => Telling(item, r)));
            if (batch.Lane == NoticeLane.Red && item.Reason != NoticeReason.Reported && item.Alert.Series != SystemAlerts.Canary.Series && config().Fallback is { Length: > 0 } channel)
            {
                batch.Tellings.Add(Telling(item, new Recipient(Fallback, [channel])));
            }
        }

        IReadOnlyList<Recipient> OnDuty(string territory, OfficerRoles role) =>
            onDuty.TryGetValue((territory, role), out var known) ? known : onDuty[(territory, role)] = roster.OnDuty(territory, role, batch.NowMicros);
    }

    private static NoticeTelling Telling(NoticeItem item, Recipient recipient) =>
        new(item, recipient) { Place = item.Territory.Length > 0 ? item.Territory : "?/" + item.Alert.Device };

    /// <summary>What is worked on, and what hangs behind a gateway that is itself told of, is recorded and not told; what an officer gives or reports he does knowing that.</summary>
    private void Suppress(NoticeBatch batch)
    {
        batch.Tellings.RemoveAll(t =>
        {
            var alert = t.Item.Alert;
            var why = t.Item.IsNoNews || StepNotice.Is(t.Item.Reason) ? null : IsUnderMaintenance(t.Item) ? "maintenance" : IsBehind(t.Item) ? "parent"
                : alert.IsFlapping && t.Item.Reason == NoticeReason.Reopened && batch.Lane != NoticeLane.Red ? "flapping"
                : alert.Shelved is not null && t.Item.Entry.Body.Breach is null ? "shelved" : null;
            if (why is not null)
            {
                batch.Hold(why);
            }

            return why is not null;
        });
    }

    private static bool IsUnderMaintenance(NoticeItem item) =>
        item.Entry.Body.Maintenance is { IsHeld: true } || (item.Reason == NoticeReason.Calmed && item.Alert.Maintenance is { IsHeld: true });

    /// <summary>Only a fault (a silence) is the gateway's doing: a colour was measured, and is told. What is silent still when the gateway is back has an entry of its own.</summary>
    private static bool IsBehind(NoticeItem item) =>
        item.Entry.Body.Transition?.Behind is not null || item.Alert is { Behind: not null, Colour: Severity.Fault, PeakColour: Severity.Fault };

    /// <summary>
    /// As one recipient is told: red by incident, the rest by place, which is wider; and by place what is overdue still at the top of the chain. The first alert is told,
    /// the others are counted, and so is what a card of this window said already.
    /// </summary>
    private void Group(NoticeBatch batch)
    {
        var groups = new Dictionary<(string, string, long?, string?), NoticeTelling>();
        var first = new List<NoticeTelling>();
        foreach (var telling in batch.Tellings)
        {
            if (telling.Item.IsNoNews)
            {
                first.Add(telling);
                continue;
            }

            // The fallback channel is called because nobody attends to a place: once for all that is overdue there.
            telling.IsWide = IsFallback(telling) && telling.Item.Reason == NoticeReason.Breached;
            telling.IsOfIncident = batch.Lane == NoticeLane.Red && telling.Incident is not null && !telling.Item.IsAgain;
            var group = (telling.Recipient.Name, telling.Place, telling.CardIncident, telling.CardNews);
            if (groups.TryGetValue(group, out var leading))
            {
                leading.Count++;
            }
            else if (!Knows(batch, telling))
            {
                groups[group] = telling;
                first.Add(telling);
            }
        }

        batch.Tellings = first;
    }

    /// <summary>True when a card of this window has told it. What only a wider card stands for comes once more, as a number in the summary.</summary>
    private bool Knows(NoticeBatch batch, NoticeTelling telling)
    {
        var told = !IsFallback(telling) ? desk.HasTold(telling, batch.Lane, batch.NowMicros)
            : telling.IsWide && desk.IsCalling(telling.Place, batch.NowMicros) ? ToldAs.Same : ToldAs.Not;
        if (told == ToldAs.Same)
        {
            batch.Hold("grouped", telling.Count);
        }
        else if (told == ToldAs.Wider)
        {
            batch.Hold("folded", telling.Count);
            Gather(batch, telling);
        }

        return told != ToldAs.Not;
    }

    /// <summary>
    /// Red of a new incident is always told, and the fuller the window is the wider the card: for the incident, its grid, community, street, the city. What is not red becomes a
    /// counted summary once its share of the window is used up. The last two cards of a window are kept: for that summary, and for the red
    /// that finds the window full and is told for the whole city. What is overdue leaves room for what is new: its last card stands for the whole city, too.
    /// </summary>
    private void Throttle(NoticeBatch batch)
    {
        var through = new List<NoticeTelling>();
        foreach (var telling in batch.Tellings)
        {
            if (IsFallback(telling) || telling.Item.IsNoNews)
            {
                // Whether it is needed, and how many are too many, is seen when it is due.
                Pass(telling);
                continue;
            }

            var (name, now) = (telling.Recipient.Name, batch.NowMicros);
            var isRed = batch.Lane == NoticeLane.Red;
            var isOverdue = telling.Item.Reason == NoticeReason.Breached;
            var left = bounds.CardsPerWindow - KeptCards - desk.Cards(name, now);
            var overdueLeft = isOverdue ? Math.Min(left, OverdueCards - desk.OverdueCards(name, now)) : left;
            if (isRed && (left <= IncidentCardsLeft || overdueLeft <= 1))
            {
                telling.IsWide = true;
                telling.Place = Coarser(telling.Place, overdueLeft <= 1 ? overdueLeft : left);
            }

            if (Knows(batch, telling))
            {
                continue;
            }

            if (isRed ? overdueLeft > 0 || !isOverdue : left > 1 && desk.Cards(name, batch.Lane, now) < bounds.PlainCardsPerWindow)
            {
                desk.Note(telling, batch.Lane, now);
                Pass(telling);
            }
            else
            {
                batch.Hold("summary", telling.Count);
                Gather(batch, telling);
            }
        }

        batch.Tellings = through;

        void Pass(NoticeTelling telling)
        {
            through.Add(telling);
            if (telling.Count > 1)
            {
                batch.Hold("grouped", telling.Count - 1);
            }
        }
    }

    private static bool IsFallback(NoticeTelling telling) => telling.Recipient.Name == Fallback;

    private static string Coarser(string place, int left)
    {
        for (var steps = left > 3 ? 0 : left == 3 ? 1 : left == 2 ? 2 : int.MaxValue; steps > 0 && place.Length > 0; steps--)
        {
            place = PlaceText.Parent(place);
        }

        return place;
    }

    private void Gather(NoticeBatch batch, NoticeTelling telling)
    {
        var open = desk.Gathering(telling.Recipient.Name, batch.NowMicros);
        var due = open?.DueMicros ?? desk.NextSummary(telling.Recipient.Name, batch.NowMicros);
        var channels = telling.Recipient.Channels;
        foreach (var channel in channels)
        {
            var sequence = open?.Sequence ?? telling.Item.Entry.Sequence;
            var key = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"summary/{sequence}/{telling.Recipient.Name}/{channel}");
            var card = new NoticeCard
            {
                Key = key, Lane = NoticeLane.Normal, Reason = NoticeReason.Summary, Recipient = telling.Recipient.Name, Channel = channel,
                AlertId = open?.AlertId ?? telling.Item.Alert.Id, Sequence = sequence, Place = "", Count = (open?.Count ?? 0) + telling.Count, DueMicros = due,
                Reds = batch.Lane == NoticeLane.Red ? (open?.Reds ?? 0) + telling.Count : open?.Reds,
            };
            batch.Cards[key] = card;
            if (channel == channels[^1])
            {
                desk.Apply(new NoticePlan(card.Lane, 0, [card], batch.Held), batch.NowMicros);
            }
        }
    }

    private void Deliver(NoticeBatch batch)
    {
        foreach (var telling in batch.Tellings)
        {
            var isFallback = IsFallback(telling);
            foreach (var channel in telling.Recipient.Channels)
            {
                var entry = telling.Item.Entry;
                var key = string.Create(
                    System.Globalization.CultureInfo.InvariantCulture, $"{telling.Item.Alert.Id}/{entry.Sequence}/{telling.Recipient.Name}/{channel}");
                var card = batch.Cards[key] = new NoticeCard
                {
                    Key = key, Lane = batch.Lane, Reason = telling.Item.Reason, Recipient = telling.Recipient.Name, Channel = channel,
                    AlertId = telling.Item.Alert.Id, Sequence = entry.Sequence, Place = telling.Place, Incident = telling.CardIncident,
                    News = telling.CardNews, Breach = entry.Body.Breach, Count = entry.Body.Calmed?.Count ?? telling.Count, IfUnattended = isFallback,
                    DueMicros = Math.Max(telling.Item.FromMicros, batch.NowMicros) + (isFallback ? bounds.UnattendedAfter.Ticks / TimeSpan.TicksPerMicrosecond : 0),
                };
                if (isFallback && telling.IsWide)
                {
                    desk.NoteCall(card);
                }
            }
        }
    }
}
