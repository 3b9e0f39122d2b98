using System.Globalization;
using Microsoft.Data.Sqlite;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>From a ledger entry to a message: who is told, of what, how often. The cards of a storm and of chatter, and a red that nobody attends to.</summary>
public class NoticeTests
{
    public const string Yaml = """
        hosts: [hook.test]
        channels:
          - { name: hook, type: webhook, url: "http://hook.test/a" }
          - { name: calls, type: voice, url: "http://hook.test/b" }
        contacts:
          - { name: chief, channels: [hook] }
          - { name: street, territory: d01/s03, channels: [hook] }
        fallback: calls
        """;

    [Fact]
    public async Task The_stages_are_one_list()
    {
        await using var kit = new NoticeKit(Yaml);
        kit.Open().StageNames.Should().Equal("territory", "roster", "suppress", "group", "throttle", "deliver", "record");
    }

    [Fact]
    public async Task Told_is_the_contact_of_the_territory_or_of_the_nearest_above_it()
    {
        await using var kit = new NoticeKit(Yaml);
        kit.Open();
        await kit.PostAsync(kit.At("a", "d01/s03/c07").To(Severity.Red, kit.Kit.Now), kit.At("b", "d02/s01").To(Severity.Red, kit.Kit.Now));
        await kit.LookAsync();
        kit.Sent.Select(s => $"{s.Message.Recipient.Name} {s.Message.Alert.Device}").Should().BeEquivalentTo("street a", "chief b");
        (await kit.Kit.EntriesAsync(EntryKind.NoticeDelivered)).Should().HaveCount(2);
        await kit.LookAsync(1);
        kit.Sent.Should().HaveCount(2, "nobody is told twice");
    }

    [Fact]
    public async Task T15_chatter_is_one_notice_and_its_toggles_are_counted()
    {
        await using var kit = new NoticeKit(Yaml);
        kit.Open();
        var plant = kit.At("a", "d01/s03/c07");
        for (var toggle = 0; toggle < 1000; toggle++)
        {
            kit.Kit.Fake.Advance(TimeSpan.FromSeconds(0.5));
            await kit.PostAsync(plant.To(toggle % 2 == 0 ? Severity.Yellow : Severity.Normal, kit.Kit.Now));
            if (toggle % 100 == 0)
            {
                await kit.LookAsync();
            }
        }

        await kit.LookAsync();
        var alert = kit.Kit.OnlyAlert();
        var failures = Math.Abs(kit.SentTo("street").Count() - 1) + Math.Abs(alert.Occurrences - 500);
        Threat.Report("T-15", 1000, failures, "one open alert, one notice, every toggle counted");
        failures.Should().Be(0);
    }

    [Fact]
    public async Task T14_a_storm_is_a_few_cards_and_the_odd_red_is_one_of_them_at_once()
    {
        const int Devices = 10_000;
        await using var kit = new NoticeKit(Yaml);
        kit.Open();
        for (var wave = 0; wave < 10; wave++)
        {
            await kit.PostAsync([.. Enumerable.Range(wave * 1000, 1000).Select(i => kit.At($"storm-{i}", "d01/s03/c07/g01").To(Severity.Red, kit.Kit.Now))]);
            await kit.LookAsync(1);
        }

        await kit.PostAsync(kit.At("odd", "d01/s03/c08/g02").To(Severity.Red, kit.Kit.Now));
        await kit.LookAsync(0.2);
        var odd = kit.Sent.Count(s => s.Message.Alert.Device == "odd" && s.Message.Recipient.Name == "street");
        var plans = (await kit.Kit.EntriesAsync(EntryKind.NoticesPlanned)).Select(e => e.Body.Notice!.Plan!).ToList();
        var cards = kit.SentTo("street").Count();
        var accounted = plans.Sum(p => p.Held.GetValueOrDefault("grouped")) + plans.Sum(p => p.Cards.Count);
        var lost = Devices + 1 - kit.Kit.Ledger.Book.Alerts.Count;
        var failures = (odd == 1 ? 0 : 1) + (cards <= 10 ? 0 : 1) + lost + (accounted == 2 * (Devices + 1) ? 0 : 1);
        Threat.Report("T-14", Devices + 1, failures, $"{cards} cards; the odd one within 200 ms; each alert told or counted, once for the officer and once for the fallback");
        failures.Should().Be(0);
    }

    [Fact]
    public async Task A_window_of_many_places_has_no_more_than_ten_cards_and_a_summary_counts_the_rest()
    {
        await using var kit = new NoticeKit(Yaml);
        kit.Open();
        for (var i = 0; i < 60; i++)
        {
            await kit.PostAsync(kit.At($"y{i}", $"d01/s03/c{i:D2}").To(i >= 20 && i % 2 == 0 ? Severity.Red : Severity.Yellow, kit.Kit.Now));
            await kit.LookAsync(0.5);
        }

        await kit.LookAsync(40);
        kit.SentTo("street").Should().HaveCountLessThanOrEqualTo(10);
        kit.Sent.Should().Contain(s => s.Message.Alert.Device == "y20", "the first red is told, however many yellow there were");
        (await kit.Kit.EntriesAsync(EntryKind.NoticesPlanned)).Where(e => e.Body.Notice!.Plan!.Lane == NoticeLane.Red && e.TimeMicros < kit.Kit.Now - 40_000_000)
            .Should().NotContain(e => e.Body.Notice!.Plan!.Held.ContainsKey("summary"), "no red waits for a summary");
        var summary = kit.Sent.Single(s => s.Message.Card.Reason == NoticeReason.Summary).Message;
        var told = kit.Sent.Count(s => s.Message.Recipient.Name == "street" && s.Message.Card.Lane == NoticeLane.Normal && s.Message.Card.Reason != NoticeReason.Summary);
        var grouped = (await kit.Kit.EntriesAsync(EntryKind.NoticesPlanned)).Where(e => e.Body.Notice!.Plan!.Lane == NoticeLane.Normal).Sum(e => e.Body.Notice!.Plan!.Held.GetValueOrDefault("grouped"));
        (told + grouped + summary.Card.Count - summary.Card.Reds).Should().Be(40, "every yellow is told, grouped under a red of its place, or in the summary");
        summary.Card.Reds.Should().BeGreaterThan(0, "a red that a wider card stands for is counted in the summary, too");
        summary.Subject.Should().Contain(summary.Card.Count.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_storm_that_escalates_is_a_bounded_number_of_cards_and_its_summaries_count_what_was_folded()
    {
        const int Devices = 500;
        const string Policy = "deadlines: { red: { seen: { within: 15s, repeat: 15s, levels: 4 }, acknowledged: { within: 60s, repeat: 60s, levels: 4 } } }";
        await using var kit = new NoticeKit(Yaml.Replace("fallback:", "  - { name: district, territory: d01, channels: [hook] }\nfallback:", StringComparison.Ordinal));
        kit.Kit.Options = kit.Kit.Options with { Deadlines = PolicyFile.Parse(Policy, "policy").Policy! };
        kit.Open();
        for (var wave = 0; wave < 10; wave++)
        {
            var devices = Enumerable.Range(wave * Devices / 10, Devices / 10);
            await kit.PostAsync([.. devices.Select(i => kit.At($"storm-{i}", $"d0{1 + (i % 2)}/s0{i % 7}/c0{i % 9}/g0{i % 5}").To(Severity.Red, kit.Kit.Now))]);
            await kit.LookAsync(1);
        }

        var sent = new List<(string Recipient, DateTimeOffset At)>();
        for (var second = 10; second < 1200; second += 5)
        {
            var before = kit.Sent.Count;
            await kit.Kit.Ledger.SweepAsync(TestContext.Current.CancellationToken);
            await kit.LookAsync(5);
            sent.AddRange(kit.Sent.Skip(before).Where(s => s.Channel == "hook").Select(s => (s.Message.Recipient.Name, kit.Kit.Clock.GetUtcNow())));
        }

        foreach (var (recipient, at) in sent)
        {
            sent.Count(s => s.Recipient == recipient && s.At >= at && s.At < at.AddMinutes(10)).Should().BeLessThanOrEqualTo(10, $"{recipient} from {at}");
        }

        var plans = (await kit.Kit.EntriesAsync(EntryKind.NoticesPlanned)).Select(e => e.Body.Notice!.Plan!).ToList();
        var counted = plans.Sum(p => p.Held.GetValueOrDefault("folded") + p.Held.GetValueOrDefault("summary"));
        counted.Should().BeGreaterThan(Devices);
        kit.Sent.Where(s => s.Message.Card.Reason == NoticeReason.Summary).Sum(s => s.Message.Card.Count).Should().Be(counted, "what has no card of its own is in a summary");
        var breaches = (await kit.Kit.EntriesAsync(EntryKind.Breached)).Count;
        breaches.Should().BeGreaterThanOrEqualTo(8 * Devices - 1);
        var told = plans.SelectMany(p => p.Cards).Count(c => !c.IfUnattended && c.Reason != NoticeReason.Summary);
        var grouped = plans.Sum(p => p.Held.GetValueOrDefault("grouped"));
        var fallback = plans.SelectMany(p => p.Cards).Count(c => c.IfUnattended);
        (told + counted + grouped + fallback).Should().Be(2 * (Devices + breaches), "each is told or counted, once for the officer and once for the fallback");
    }

    [Fact]
    public async Task T20_a_red_with_nobody_watching_goes_to_the_fallback_within_15_seconds_and_not_otherwise()
    {
        var failures = 0;
        foreach (var (attended, acknowledged, called) in ((bool, bool, bool)[])[(false, false, true), (true, false, false), (false, true, false)])
        {
            failures += await RunAsync(attended, acknowledged) == called ? 0 : 1;
        }

        Threat.Report("T-20", 3, failures, "nobody on the stream; somebody; acknowledged meanwhile");
        failures.Should().Be(0);

        static async Task<bool> RunAsync(bool attended, bool acknowledged)
        {
            await using var kit = new NoticeKit(Yaml) { Attended = attended };
            kit.Open();
            await kit.PostAsync(kit.At("a", "d01/s03/c07").To(Severity.Red, kit.Kit.Now));
            await kit.LookAsync();
            kit.Sent.Should().NotContain(s => s.Channel == "calls", "whoever reconnects has a moment");
            if (acknowledged)
            {
                var command = new AlertCommand(kit.Kit.OnlyAlert().Id, new Officer("wang"), "k1");
                (await kit.Kit.Ledger.AcknowledgeAsync(command, TestContext.Current.CancellationToken)).IsDone.Should().BeTrue();
            }

            await kit.LookAsync(11);
            return kit.Sent.Exists(s => s.Channel == "calls");
        }
    }

    [Fact]
    public async Task What_is_overdue_for_ever_takes_half_of_the_fallbacks_calls_and_a_new_red_gets_through()
    {
        const string Policy = "deadlines: { red: { acknowledged: { within: 60s, repeat: 60s, levels: always, chain: [grid] } } }";
        await using var kit = new NoticeKit(Yaml) { Attended = false };
        kit.Kit.Options = kit.Kit.Options with { Deadlines = PolicyFile.Parse(Policy, "policy").Policy! };
        kit.Open();
        await kit.PostAsync([.. Enumerable.Range(0, 20).Select(i => kit.At($"old-{i:D2}", $"d01/s{i:D2}/c01/g01").To(Severity.Red, kit.Kit.Now))]);
        for (var second = 0; second < 1205; second += 5)
        {
            await kit.Kit.Ledger.SweepAsync(TestContext.Current.CancellationToken);
            await kit.LookAsync(5);
        }

        var calls = kit.Sent.Count(s => s.Channel == "calls");
        await kit.PostAsync(kit.At("new", "d09/s09/c01/g01").To(Severity.Red, kit.Kit.Now));
        await kit.LookAsync();
        await kit.LookAsync(11);
        kit.Sent.Skip(calls).Where(s => s.Channel == "calls").Select(s => s.Message.Alert.Device).Should().Contain("new");
        var overdue = kit.Sent.Where(s => s.Channel == "calls" && s.Message.Card.Reason == NoticeReason.Breached).ToList();
        overdue.Count.Should().BeInRange(5, 10, "the first window had ten new reds; of the two after it five calls each");
    }

    [Fact]
    public async Task Of_the_red_that_waits_for_a_channel_what_is_new_goes_before_what_is_overdue()
    {
        await using var kit = new NoticeKit(Yaml);
        kit.Open();
        await kit.Kit.Ledger.WriteAsync(
            t =>
            {
                for (var i = 0; i < 20; i++)
                {
                    t.Store.Outbox.Put(Card($"overdue-{i:D2}", NoticeLane.Red, NoticeReason.Breached, i));
                }

                t.Store.Outbox.Put(Card("new", NoticeLane.Red, NoticeReason.Raised, 30));
                t.Store.Outbox.Put(Card("yellow", NoticeLane.Normal, NoticeReason.Raised, 0));
            },
            TestContext.Current.CancellationToken);
        (await DueAsync(3)).Should().Equal("new", "overdue-00", "overdue-01");
        (await DueAsync(22)).Should().HaveCount(22).And.StartWith(["new", "overdue-00"]).And.EndWith("yellow");

        async Task<IReadOnlyList<string>> DueAsync(int room) => await kit.Kit.Ledger.ReadAsync(
            c => NoticeRows.Due(c, kit.Kit.Now, _ => room).Select(d => d.Card.Key).ToList(), TestContext.Current.CancellationToken);

        static NoticeCard Card(string key, NoticeLane lane, NoticeReason reason, long due) => new()
        {
            Key = key, Lane = lane, Reason = reason, Recipient = "chief", Channel = "hook", AlertId = "A", Sequence = 1, Place = "", Count = 1, DueMicros = due,
        };
    }

    [Fact]
    public async Task Where_nobody_answers_in_a_whole_city_the_calls_are_few_and_what_others_are_told_does_not_wait_for_them()
    {
        const int Places = 25_000;
        await using var kit = new NoticeKit(Yaml) { Attended = false };
        kit.Open();
        await kit.PostAsync(kit.At("a", "d01/s03/c07").To(Severity.Red, kit.Kit.Now));
        var id = kit.Kit.OnlyAlert().Id;
        await kit.LookAsync();
        kit.Sent.Clear();
        await kit.Kit.Ledger.WriteAsync(
            t =>
            {
                for (var i = 0; i < Places; i++)
                {
                    t.Store.Outbox.Put(Card($"{id}/{i}/fallback/calls", "calls", $"d01/s{i}", kit.Kit.Now) with { IfUnattended = true });
                }

                t.Store.Outbox.Put(Card($"{id}/{Places}/chief/hook", "hook", "", kit.Kit.Now + 1));
            },
            TestContext.Current.CancellationToken);
        await kit.LookAsync(11);
        kit.SentTo("chief").Should().ContainSingle();
        kit.Sent.Count(s => s.Channel == "calls").Should().BeLessThanOrEqualTo(10);
        (await kit.Kit.Ledger.ReadAsync(c => c.Scalar("SELECT count(*) FROM card"), TestContext.Current.CancellationToken)).Should().BeLessThanOrEqualTo(10);
        (await kit.Kit.EntriesAsync(EntryKind.NoticeWithdrawn)).Count.Should().BeGreaterThanOrEqualTo(Places - 10, "each is on record");
        for (var i = 0; i < 5; i++)
        {
            await kit.LookAsync(1);
        }

        kit.Sent.Count(s => s.Channel == "calls").Should().Be(10);

        static NoticeCard Card(string key, string channel, string place, long due) => new()
        {
            Key = key, Lane = NoticeLane.Red, Reason = NoticeReason.Raised, Recipient = channel == "hook" ? "chief" : "fallback", Channel = channel, AlertId = key[..key.IndexOf('/', StringComparison.Ordinal)],
            Sequence = 1, Place = place, Count = 1, DueMicros = due,
        };
    }

    [Fact]
    public async Task However_many_cards_wait_what_is_due_next_is_found_in_an_index()
    {
        await using var kit = new NoticeKit(Yaml);
        kit.Open();
        var plan = await kit.Kit.Ledger.ReadAsync(
            c =>
            {
                // PostgreSQL reads a table without rows as it is unless it is told not to.
                var isSqlite = c is SqliteConnection;
                c.Run(isSqlite ? "BEGIN" : "BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off");
                var lines = LedgerRows.Query(
                    c, (isSqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + NoticeRows.DueOfPile, r => r.GetString(isSqlite ? 3 : 0),
                    ("@channel", "hook"), ("@pile", 1L), ("@now", kit.Kit.Now), ("@room", 8L));
                c.Run("ROLLBACK");
                return string.Join('\n', lines);
            },
            TestContext.Current.CancellationToken);
        plan.Should().Contain("card_next").And.Contain("due").And.NotContainEquivalentOf("sort").And.NotContain("TEMP B-TREE", "it is sought by channel, pile and time, and in order there");
    }

    [Fact]
    public async Task Of_very_many_notices_of_an_alert_the_newest_are_shown()
    {
        await using var kit = new NoticeKit(Yaml);
        kit.Open();
        await kit.PostAsync(kit.At("a", "d01/s03/c07").To(Severity.Red, kit.Kit.Now));
        var id = kit.Kit.OnlyAlert().Id;
        await kit.Kit.Ledger.WriteAsync(
            t =>
            {
                for (var i = 1; i <= 1_005; i++)
                {
                    var facts = new NoticeFacts { Attempt = new NoticeAttempt($"{id}/{10_000 + i}/chief/hook", 1, "", true) };
                    t.Append(EntryKind.NoticeDelivered, id, "notices", $"notice/{i}", t.NowMicros, new EntryBody { Notice = facts });
                }
            },
            TestContext.Current.CancellationToken);
        var shown = await kit.Kit.Ledger.ReadAsync(c => NoticeHistory.Read(c, id), TestContext.Current.CancellationToken);
        shown.Select(n => n.Key).Should().Equal(Enumerable.Range(6, 1_000).Select(i => $"{id}/{10_000 + i}/chief/hook"));
    }

    [Fact]
    public async Task An_outage_is_retried_then_the_fallback_is_called_and_the_dead_letter_may_be_sent_again()
    {
        await using var kit = new NoticeKit(Yaml);
        var attempts = 0;
        kit.Answer = (channel, _) => channel.Name == "hook" && ++attempts > 0 ? "status 503" : "";
        kit.Open();
        await kit.PostAsync(kit.At("a", "d01/s03/c07").To(Severity.Yellow, kit.Kit.Now));
        for (var second = 0; second < 800; second++)
        {
            await kit.LookAsync(1);
        }

        attempts.Should().Be(12);
        kit.Sent.Should().ContainSingle(s => s.Channel == "calls");
        var dead = (await kit.Office.ListDeadAsync(10, TestContext.Current.CancellationToken)).Should().ContainSingle().Subject;
        kit.Answer = (_, _) => "";
        (await kit.Office.RetryAsync(dead.Key, new Officer("wang"), TestContext.Current.CancellationToken)).Should().BeTrue();
        await kit.LookAsync(60);
        kit.Sent.Should().Contain(s => s.Channel == "hook" && s.Message.Card.Key == dead.Key);
        (await kit.Office.ListDeadAsync(10, TestContext.Current.CancellationToken)).Should().BeEmpty();
        await kit.Kit.CloseAsync();
        LedgerVerifier.Verify(kit.Kit.Options).Findings.Should().BeEmpty();
    }

    [Fact]
    public async Task A_crash_between_the_send_and_its_entry_repeats_the_same_key_and_loses_nothing()
    {
        await using var kit = new NoticeKit(Yaml);
        kit.Open();
        var random = new Random(77);
        var armed = false;
        kit.Kit.Options = kit.Kit.Options with
        {
            LongestBackOff = TimeSpan.FromMilliseconds(5),
            BeforeStep = step =>
            {
                if (Volatile.Read(ref armed) && step is ("commit" or "committed") && random.NextDouble() < 0.3)
                {
                    throw new SqliteException("disk I/O error", 10);
                }
            },
        };
        await kit.Office.DisposeAsync();
        await kit.Kit.CloseAsync();
        kit.Open();
        Volatile.Write(ref armed, true);
        for (var i = 0; i < 40; i++)
        {
            // A kill: the office ends with a send under way, and a new one goes on from the disk.
            await kit.PostAsync(kit.At($"p{i}", $"d{i:D2}").To(Severity.Red, kit.Kit.Now));
            var killed = new CancellationTokenSource();
            kit.Answer = (_, _) => { killed.Cancel(); return ""; };
            await kit.Office.Invoking(o => o.RunOnceAsync(killed.Token)).Should().NotThrowAsync<InvalidOperationException>();
            await kit.Kit.FlushAsync();
            await kit.Office.DisposeAsync();
            kit.Answer = (_, _) => "";
            await kit.Kit.ReopenAsync();
            kit.RestartOffice();
            await kit.LookAsync(700);
        }

        Volatile.Write(ref armed, false);
        await kit.Kit.FlushAsync();
        // What fell due meanwhile is told too; it has entries, and so keys, of its own.
        var chief = kit.Sent.Where(s => s.Message.Recipient.Name == "chief" && s.Message.Card.Reason == NoticeReason.Raised).Select(s => s.Message.Card.Key).ToList();
        chief.Distinct(StringComparer.Ordinal).Should().HaveCount(40, "none is lost");
        chief.Count.Should().BeGreaterThan(40, "some came twice, with the same key");
        (await kit.Kit.EntriesAsync(EntryKind.NoticeDelivered)).Select(e => e.Body.Notice!.Attempt!.Key).Should().OnlyHaveUniqueItems();
    }
}
