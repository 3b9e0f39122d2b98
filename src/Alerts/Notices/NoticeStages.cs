using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>A cause on its way to being told.</summary>
internal sealed record NoticeItem(LedgerEntry Entry, Alert Alert, NoticeReason Reason)
{
    /// <summary>The territory; a device of unknown place stands for itself.</summary>
    public string Territory { get; set; } = "";

    /// <summary>Of an alert that was closed: the channels that have it as firing.</summary>
    public IReadOnlyList<Recipient> Ends { get; init; } = [];

    /// <summary>No news: nothing holds it back, and it takes nobody's share.</summary>
    public bool IsNoNews => Reason is NoticeReason.Ended or NoticeReason.Canary;
}

/// <summary>A cause, or several of one place, for one recipient.</summary>
internal sealed record NoticeTelling(NoticeItem Item, Recipient Recipient)
{
    public string Place { get; set; } = "";

    public int Count { get; set; } = 1;
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
    private readonly NoticeBounds bounds;
    private readonly NoticeDesk desk;
    private readonly IDutyRoster roster;
    private readonly Func<NoticeConfig> config;
    private readonly Func<BookSnapshot> book;

    public NoticeStages(NoticeBounds bounds, NoticeDesk desk, IDutyRoster roster, Func<NoticeConfig> config, Func<BookSnapshot> book)
    {
        this.bounds = bounds;
        this.desk = desk;
        this.roster = roster;
        this.config = config;
        this.book = book;
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
            // A breach names whom it concerns: up the chain, not where the device is.
            item.Territory = item.Entry.Body.Breach?.To ?? item.Alert.Territory;
        }
    }

    private void Roster(NoticeBatch batch)
    {
        var onDuty = new Dictionary<string, IReadOnlyList<Recipient>>(StringComparer.Ordinal);
        foreach (var item in batch.Items)
        {
            if (item.IsNoNews)
            {
                var to = item.Reason == NoticeReason.Ended ? item.Ends : config().Canary is { } canary ? [canary.Recipient] : [];
                batch.Tellings.AddRange(to.Select(r => Telling(item, r)));
                continue;
            }

            if (!onDuty.TryGetValue(item.Territory, out var recipients))
            {
                onDuty[item.Territory] = recipients = roster.OnDuty(item.Territory, batch.NowMicros);
            }

            if (recipients.Count == 0)
            {
                batch.Hold("nobody");
            }

            // A red finds the fallback channel even where nobody is named.
            batch.Tellings.AddRange(recipients.Select(r => Telling(item, r)));
            if (batch.Lane == NoticeLane.Red && config().Fallback is { Length: > 0 } channel)
            {
                batch.Tellings.Add(Telling(item, new Recipient(Fallback, [channel])));
            }
        }
    }

    private static NoticeTelling Telling(NoticeItem item, Recipient recipient) =>
        new(item, recipient) { Place = item.Territory.Length > 0 ? item.Territory : "?/" + item.Alert.Device };

    /// <summary>What is worked on, and what hangs behind a gateway that is itself told of, is recorded and not told.</summary>
    private void Suppress(NoticeBatch batch)
    {
        batch.Tellings.RemoveAll(t =>
        {
            var alert = t.Item.Alert;
            var why = t.Item.IsNoNews ? null : t.Item.Entry.Body.Maintenance is { IsHeld: true } ? "maintenance" : IsBehindDeadGateway(alert) ? "parent"
                : alert.Shelved is not null && t.Item.Reason != NoticeReason.Breached ? "shelved" : null;
            if (why is not null)
            {
                batch.Hold(why);
            }

            return why is not null;
        });
    }

    /// <summary>Only a fault (a silence) is the gateway's doing: a colour was measured.</summary>
    private bool IsBehindDeadGateway(Alert alert) =>
        alert is { Colour: Severity.Fault, Gateway.Length: > 0 } && alert.Kind != Catalog.GatewayKind && DeadGateways().Contains(alert.Gateway);

    private HashSet<string> DeadGateways()
    {
        var now = book();
        if (!ReferenceEquals(now, deadAsOf))
        {
            deadAsOf = now;
            dead = [.. now.Alerts.Packed.Where(a => a.Kind == Catalog.GatewayKind && a.IsActive).Select(a => a.Unpack().Device)];
        }

        return dead;
    }

    private BookSnapshot? deadAsOf;
    private HashSet<string> dead = [];

    /// <summary>An incident is a place, as one recipient is told of it: its first alert is told, the rest is counted.</summary>
    private void Group(NoticeBatch batch)
    {
        var incidents = new Dictionary<(string, string, bool), NoticeTelling>();
        var first = new List<NoticeTelling>();
        foreach (var telling in batch.Tellings)
        {
            if (telling.Item.IsNoNews)
            {
                first.Add(telling);
                continue;
            }

            var incident = (telling.Recipient.Name, telling.Place, telling.Item.Reason == NoticeReason.Breached);
            if (incidents.TryGetValue(incident, out var leading))
            {
                leading.Count++;
                batch.Hold("grouped");
            }
            else if (!IsFallback(telling) && desk.HasTold(telling.Recipient.Name, telling.Place, batch.Lane, telling.Item.Reason, batch.NowMicros))
            {
                batch.Hold("grouped");
            }
            else
            {
                incidents[incident] = telling;
                first.Add(telling);
            }
        }

        batch.Tellings = first;
    }

    /// <summary>
    /// Red of a new place is always told, from the grid upwards the fuller the window is: street, district, city. What is not red becomes a
    /// counted summary once its share of the window is used up. The last two cards of a window are kept: for that summary, and for the red
    /// that finds the window full and is told for the whole city.
    /// </summary>
    private void Throttle(NoticeBatch batch)
    {
        var through = new List<NoticeTelling>();
        foreach (var telling in batch.Tellings)
        {
            if (IsFallback(telling) || telling.Item.IsNoNews)
            {
                // Whether it is needed, and how many are too many, is seen when it is due.
                through.Add(telling);
                continue;
            }

            var (name, now) = (telling.Recipient.Name, batch.NowMicros);
            var isRed = batch.Lane == NoticeLane.Red;
            var left = bounds.CardsPerWindow - KeptCards - desk.Cards(name, now);
            telling.Place = isRed ? Coarser(telling.Place, left) : telling.Place;
            if (desk.HasTold(name, telling.Place, batch.Lane, telling.Item.Reason, now))
            {
                batch.Hold("grouped", telling.Count);
            }
            else if (isRed ? left > 0 || telling.Item.Reason != NoticeReason.Breached : left > 1 && desk.Cards(name, batch.Lane, now) < bounds.PlainCardsPerWindow)
            {
                desk.Note(name, telling.Place, batch.Lane, telling.Item.Reason, telling.Item.Entry.Sequence, now);
                through.Add(telling);
            }
            else
            {
                batch.Hold("summary", telling.Count);
                Gather(batch, telling);
            }
        }

        batch.Tellings = through;
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
                batch.Cards[key] = new NoticeCard
                {
                    Key = key, Lane = batch.Lane, Reason = telling.Item.Reason, Recipient = telling.Recipient.Name, Channel = channel,
                    AlertId = telling.Item.Alert.Id, Sequence = entry.Sequence, Place = telling.Place, Count = telling.Count, IfUnattended = isFallback,
                    DueMicros = batch.NowMicros + (isFallback ? bounds.UnattendedAfter.Ticks / TimeSpan.TicksPerMicrosecond : 0),
                };
            }
        }
    }
}
