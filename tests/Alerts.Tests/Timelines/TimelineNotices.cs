using System.Globalization;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>Who is told what in a scenario: a real office over the scenario's ledger, with channels that take everything until they fail.</summary>
public sealed class TimelineNotices : INoticeSender, IAttendance, IAsyncDisposable
{
    private readonly NoticeConfig config;
    private readonly List<string> told = [];
    private readonly LogLines<NoticeOffice> log = new();
    private readonly MeterFactory meters = new();
    private NoticeOffice? office;

    private readonly HashSet<string> failing = new(StringComparer.Ordinal);
    private readonly TerritoryTree territories;
    private IReadOnlyList<Officer>? watching;
    private Func<long> head = () => 0;
    private TimeProvider? clock;

    /// <param name="timeline">Its contacts are names, each with its territory, as what they are told where that is one thing alone, and over what: <c>street d01/s03 over sms, boss d01/s03 as supervisor, city</c>.</param>
    /// <param name="territories">As the scenario has them.</param>
    public TimelineNotices(Timeline timeline, TerritoryTree territories)
    {
        this.territories = territories;
        if (new[] { timeline.Fallback, timeline.Canary }.FirstOrDefault(c => c?.Contains(' ', StringComparison.Ordinal) == true) is { } wrong)
        {
            throw new InvalidOperationException($"'{wrong}' is no channel; expected one word");
        }

        var contacts = timeline.Contacts!.Split(',', StringSplitOptions.TrimEntries).Select(ContactOf).ToList();
        var channels = contacts.Select(c => c.Channel).Concat([timeline.Fallback, timeline.Canary]).OfType<string>().Distinct(StringComparer.Ordinal);
        string[] yaml =
        [
            "hosts: [hook.test]", "channels:", .. channels.Select(c => $"  - {{ name: {c}, type: webhook, url: \"http://hook.test/{c}\" }}"), "contacts:", .. contacts.Select(c => c.Line),
            .. timeline.Fallback is { } fallback ? ["fallback: " + fallback] : Array.Empty<string>(),
            .. timeline.Canary is { } canary ? [$"canary: {{ channel: {canary} }}"] : Array.Empty<string>(),
        ];
        var read = NoticeFile.Parse(string.Join('\n', yaml), "contacts");
        config = read.Config ?? throw new InvalidOperationException(string.Join('\n', read.Errors));
    }

    /// <summary>A canary is looked for every second.</summary>
    public bool LooksEachSecond => config.Canary is not null && office is not null;

    public void Open(Ledger ledger, TimeProvider clock)
    {
        this.clock = clock;
        var duty = new RosterDuty(() => ledger.Book.Duty, () => territories, () => config.Contacts, new ContactRoster(() => config));
        office = new NoticeOffice(ledger, duty, this, () => config, this, new NoticeBounds(), clock, new NoticeMetrics(meters), log, () => territories);
        head = () => ledger.Book.Sequence;
    }

    /// <summary><c>sms fails</c>, <c>sms works</c>, <c>nobody watches</c>, <c>wang watches [d01/s03]</c>, <c>wang sends the dead letters again</c>, <c>wang throws the dead letters away</c>.</summary>
    /// <returns>False when it is none of these.</returns>
    public async Task<bool> DoAsync(string[] words, CancellationToken cancellationToken)
    {
        switch (words)
        {
            case [var channel, "fails"] when config.Channel(channel) is not null:
                lock (told)
                {
                    failing.Add(channel);
                }

                return true;
            case [var channel, "works"] when config.Channel(channel) is not null:
                lock (told)
                {
                    failing.Remove(channel);
                }

                return true;
            case ["nobody", "watches"]:
                watching = [];
                return true;
            case [var who, "watches", .. { Length: < 2 } where]:
                watching = [.. watching ?? [], new Officer(who, string.Concat(where))];
                return true;
            case [var who, "sends", "the", "dead", "letters", "again"]:
                await EachDeadAsync(key => office!.RetryAsync(key, new Officer(who), cancellationToken), cancellationToken);
                return true;
            case [var who, "throws", "the", "dead", "letters", "away"]:
                await EachDeadAsync(key => office!.DiscardAsync(key, new Officer(who), cancellationToken), cancellationToken);
                return true;
            default:
                return false;
        }
    }

    /// <summary>How a channel fares, or the canary.</summary>
    public string Health(string of)
    {
        var health = office!.Health;
        if (of == "canary")
        {
            return config.Canary is null ? throw new InvalidOperationException("there is no canary") : "canary: " + (health.IsCanaryLate ? "late" : "on time");
        }

        var channel = health.Channels.FirstOrDefault(c => "channel " + c.Name == of) ?? throw new InvalidOperationException($"there is no {of}");
        string?[] parts =
        [
            channel.FailuresInRow == 0 ? "works" : string.Create(CultureInfo.InvariantCulture, $"{channel.FailuresInRow} failures in a row"), channel.IsOpen ? "circuit open" : null,
            channel.DeadLetters == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{channel.DeadLetters} dead"),
        ];
        return $"{of}: {string.Join(", ", parts.OfType<string>())}";
    }

    /// <summary>When something may go out next, beyond the rows: a circuit that is open lets one through again.</summary>
    public IEnumerable<long> Due() => office is null ? [] : office.Health.Channels.Where(c => c.IsOpen).Select(c => c.FailedMicros + (long)new NoticeBounds().CircuitOpen.TotalMicroseconds);

    public async Task CloseAsync()
    {
        if (office is not null)
        {
            await office.DisposeAsync();
            office = null;
        }
    }

    /// <summary>What was said since the last look, in words.</summary>
    public async Task<IReadOnlyList<string>> LookAsync(CancellationToken cancellationToken)
    {
        // What a failure leads to at once is seen at once, too.
        for (var before = (-1L, false); office is not null && before != (head(), office.Health.IsCanaryLate);)
        {
            before = (head(), office.Health.IsCanaryLate);
            await office.RunOnceAsync(cancellationToken);

            // The watch looks on the second.
            await (Micros.Now(clock!) % 1_000_000 == 0 ? office.Canary.CheckAsync() : Task.CompletedTask);
        }

        lock (told)
        {
            var now = told.Order(StringComparer.Ordinal).ToList();
            told.Clear();
            return now;
        }
    }

    /// <summary>How many notices were not told on their own, by reason, since the ledger began.</summary>
    public static async Task<string> HeldAsync(LedgerKit kit)
    {
        var held = (await kit.EntriesAsync(EntryKind.NoticesPlanned)).SelectMany(e => e.Body.Notice!.Plan!.Held).GroupBy(h => h.Key, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Key} {g.Sum(h => h.Value)}")).ToList();
        return "held: " + (held.Count == 0 ? "nothing" : string.Join(", ", held));
    }

    /// <summary>Real streams, which are watched, too; null where there are none.</summary>
    public IAttendance? Screens { get; set; }

    /// <summary>Where the scenario does not say, somebody watches.</summary>
    public bool IsAttended(Alert alert) => (watching is null && Screens is null) || watching?.Any(o => o.Sees(alert)) == true || Screens?.IsAttended(alert) == true;

    public Task<string> SendAsync(ChannelConfig channel, NoticeMessage message, CancellationToken cancellationToken)
    {
        var (card, alert) = (message.Card, message.Alert);
        var what = $"{alert.PeakColour.ToString().ToLowerInvariant()} {alert.Kind}/{alert.Device}";
        lock (told)
        {
            if (failing.Contains(channel.Name))
            {
                return Task.FromResult("status 503");
            }
        }

        if (card.Reason == NoticeReason.Canary)
        {
            return Task.FromResult("");
        }

        var over = channel.Name == "hook" ? "" : " over " + channel.Name;
        var more = card.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $" and {card.Count - 1} more") : "";
        lock (told)
        {
            told.Add($"{card.Recipient} is told " + card.Reason switch
            {
                NoticeReason.Summary => string.Create(CultureInfo.InvariantCulture, $"of {card.Count} in one{(card.Reds > 0 ? $", {card.Reds} of them red" : "")}"),
                NoticeReason.Worse => $"worse {what}{more}",
                NoticeReason.Reopened => $"again {what}{more}",
                NoticeReason.Breached => string.Create(
                    CultureInfo.InvariantCulture, $"overdue {what}{more} at {card.Breach!.Step.ToString().ToLowerInvariant()} level {card.Breach.Level}"),
                NoticeReason.CameBack => $"it comes back, {what}{more}",
                NoticeReason.Stayed => $"still silent {alert.Kind}/{alert.Device}{more}",
                NoticeReason.Calmed => string.Create(CultureInfo.InvariantCulture, $"calm {alert.Kind}/{alert.Device} after {card.Count} times"),
                NoticeReason.Dispatched => $"{message.Step!.By} gives him {what}{more}{Arrive(message.Step)}{Note(message.Step)}",
                NoticeReason.Reported => $"{message.Step!.By} reports {what}{more}{Note(message.Step)}",
                NoticeReason.AfterMaintenance => $"after maintenance {what}{more}",
                NoticeReason.DutyChecked => $"of a duty check of {message.Duty!.Territory}",
                NoticeReason.SwapAsked => $"that {message.Duty!.By} asks for a swap in {message.Duty.Territory}",
                NoticeReason.SwapAgreed => $"that a swap of {message.Duty!.By} and {message.Duty.Other} in {message.Duty.Territory} waits for approval",
                NoticeReason.HandedOver => $"of a hand-over by {message.Duty!.By} in {message.Duty.Territory}",
                NoticeReason.CanaryLate => "that no canary comes through",
                _ => $"{what}{more}",
            } + over);
        }

        return Task.FromResult("");
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        meters.Dispose();
    }

    private static string Arrive(StepNotice step) => step.ArriveMicros == 0 ? "" : " to arrive by " + TimelineWords.Time((step.ArriveMicros - Micros.From(LedgerKit.Start)) / 1e6);

    private static string Note(StepNotice step) => step.Note.Length == 0 ? "" : $" \"{step.Note}\"";

    private async Task EachDeadAsync(Func<string, Task> act, CancellationToken cancellationToken)
    {
        foreach (var card in await office!.ListDeadAsync(1000, cancellationToken))
        {
            await act(card.Key);
        }
    }

    private static (string Channel, string Line) ContactOf(string text)
    {
        var words = text.Split(' ').ToList();
        string? After(string word)
        {
            var at = words.IndexOf(word);
            var value = at > 0 && at + 1 < words.Count ? words[at + 1] : null;
            if (value is not null)
            {
                words.RemoveRange(at, 2);
            }

            return value;
        }

        var (role, channel) = (After("as"), After("over") ?? "hook");
        if (words.Count > 2)
        {
            throw new InvalidOperationException($"'{text}' is no contact; expected e.g. street d01/s03, or boss d01 as supervisor over sms");
        }

        return (channel, $"  - {{ name: {words[0]}, channels: [{channel}]{(words.Count > 1 ? ", territory: " + words[1] : "")}{(role is null ? "" : ", role: " + role)} }}");
    }
}
