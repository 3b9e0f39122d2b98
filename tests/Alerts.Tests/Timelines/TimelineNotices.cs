using System.Globalization;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>Who is told what in a scenario: a real office over the scenario's ledger, with one channel that takes everything.</summary>
public sealed class TimelineNotices : INoticeSender, IAttendance, IAsyncDisposable
{
    private readonly NoticeConfig config;
    private readonly List<string> told = [];
    private readonly LogLines<NoticeOffice> log = new();
    private readonly ServiceMeters meters = new();
    private NoticeOffice? office;

    /// <param name="contacts">Names, each with its territory, and as what they are told where that is one thing alone: <c>street d01/s03, boss d01/s03 as supervisor, city</c>.</param>
    public TimelineNotices(string contacts)
    {
        var lines = contacts.Split(',', StringSplitOptions.TrimEntries).Select(c => (Words: c.Split(' '), Role: c.Split(" as "))).Select(c =>
            $"  - {{ name: {c.Words[0]}, channels: [hook]{(c.Words.Length > 1 && c.Words[1] != "as" ? ", territory: " + c.Words[1] : "")}{(c.Role.Length > 1 ? ", role: " + c.Role[1] : "")} }}");
        var read = NoticeFile.Parse(
            "hosts: [hook.test]\nchannels:\n  - { name: hook, type: webhook, url: \"http://hook.test/a\" }\ncontacts:\n" + string.Join('\n', lines), "contacts");
        config = read.Config ?? throw new InvalidOperationException(string.Join('\n', read.Errors));
    }

    public void Open(Ledger ledger, TimeProvider clock) =>
        office = new NoticeOffice(ledger, new ContactRoster(() => config), this, () => config, this, new NoticeBounds(), clock, new NoticeMetrics(meters), log);

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
        if (office is not null)
        {
            await office.RunOnceAsync(cancellationToken);
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

    public bool IsAttended(Alert alert) => true;

    public Task<string> SendAsync(ChannelConfig channel, NoticeMessage message, CancellationToken cancellationToken)
    {
        var (card, alert) = (message.Card, message.Alert);
        var what = $"{alert.PeakColour.ToString().ToLowerInvariant()} {alert.Kind}/{alert.Device}";
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
                NoticeReason.AfterMaintenance => $"after maintenance {what}{more}",
                _ => $"{what}{more}",
            });
        }

        return Task.FromResult("");
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        meters.Dispose();
    }

    private sealed class ServiceMeters : System.Diagnostics.Metrics.IMeterFactory
    {
        private readonly List<System.Diagnostics.Metrics.Meter> made = [];

        public System.Diagnostics.Metrics.Meter Create(System.Diagnostics.Metrics.MeterOptions options)
        {
            var meter = new System.Diagnostics.Metrics.Meter(options);
            made.Add(meter);
            return meter;
        }

        public void Dispose() => made.ForEach(m => m.Dispose());
    }
}
