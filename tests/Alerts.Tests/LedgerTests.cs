using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

public class LedgerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_raise_is_an_entry_that_explains_itself_and_an_alert_in_the_book()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        var plant = new Plant();
        ledger.Post(plant.To(Severity.Red, kit.Now));
        await kit.FlushAsync();

        var entry = (await kit.EntriesAsync()).Should().ContainSingle().Subject;
        entry.Sequence.Should().Be(1);
        entry.Kind.Should().Be(EntryKind.Raised);
        entry.Actor.Should().Be("rule:gas-pipe-overpressure");
        var facts = entry.Body.Transition!;
        (facts.TitleZh, facts.TitleEn, facts.Basis, facts.RuleVersion).Should().Be(("燃气管道超压", "Gas pipe over-pressure", "site", "0011aabb"));
        (facts.Unit, facts.WindowValue, facts.Threshold, facts.Evidence.Count).Should().Be(("kPa", 481.5, 480.0, 2));
        (facts.Territory, facts.Address).Should().Be(("d01/s03/c07", "平安路 1 号, \"东\"门"));

        var alert = kit.OnlyAlert();
        alert.Id.Should().Be(entry.AlertId).And.MatchRegex("^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$");
        (alert.Colour, alert.PeakColour, alert.Condition, alert.Work).Should().Be((Severity.Red, Severity.Red, AlertCondition.Active, WorkState.Raised));
        ledger.Book.Sequence.Should().Be(1);
    }

    [Fact]
    public async Task A_value_is_in_the_unit_of_the_part_that_tells_it()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        var plant = new Plant();
        var methane = plant.Rule with { Quantity = 1, Function = WindowFunction.Rate };
        ledger.Post(plant.To(Severity.Red, kit.Now) with { ToldBy = methane });
        await kit.FlushAsync();
        var alert = kit.OnlyAlert();
        (alert.Series, alert.Quantity, alert.Unit).Should().Be((plant.Series, "pressure", "%LEL/s"));
        ledger.Post(plant.To(Severity.Normal, kit.Now + 1_000_000));
        await kit.FlushAsync();
        kit.OnlyAlert().Unit.Should().Be("kPa", "that is what its value is in now");
    }

    [Fact]
    public void An_alert_is_named_the_same_for_ever() =>
        AlertId.Of("gas-pipe-overpressure", "gas-pipe/gp-0001/pressure", 1_760_000_000_000_000).Should().Be("JGW7-P7N8-2FGX");

    [Fact]
    public async Task A_restart_gives_the_same_book_and_the_chain_goes_on()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        var lives = Plant.RandomLives(new Random(7), devices: 40, transitions: 600, kit.Now);
        lives.ForEach(ledger.Post);
        await kit.FlushAsync();
        var before = Describe(ledger.Book);

        ledger = await kit.ReopenAsync();
        Describe(ledger.Book).Should().Be(before);
        ledger.Post(new Plant("later").To(Severity.Green, kit.Now));
        await kit.FlushAsync();
        (await kit.EntriesAsync()).Select(e => e.Sequence).Should().Equal(Enumerable.Range(1, lives.Count + 1).Select(i => (long)i));
        LedgerVerifier.Verify(kit.Options).Findings.Should().BeEmpty();
    }

    [Fact]
    public async Task T03_the_same_transitions_posted_2_to_5_times_across_restarts_leave_no_double()
    {
        const int Seed = 3003;
        var random = new Random(Seed);
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        var lives = Plant.RandomLives(random, devices: 300, transitions: 6000, kit.Now);
        var posts = 0;
        var next = 0;
        while (next < lives.Count)
        {
            // As after a crash: the tail since some earlier point comes again, in order, then goes on.
            var from = Math.Max(0, next - random.Next(400));
            next = Math.Min(lives.Count, next + random.Next(1, 600));
            for (var repeat = random.Next(1, 4); repeat > 0; repeat--)
            {
                lives[from..next].ForEach(ledger.Post);
                posts += next - from;
            }

            await kit.FlushAsync();
            kit.Fake.Advance(TimeSpan.FromMinutes(random.Next(30)));
            await ledger.SweepAsync(Cancel);
            ledger = random.Next(3) == 0 ? await kit.ReopenAsync() : ledger;
        }

        await kit.FlushAsync();
        var entries = await kit.EntriesAsync();
        var doubled = entries.GroupBy(e => e.Key).Count(g => g.Count() > 1);
        var transitions = entries.Count(e => e.Body.Transition is not null);
        var open = ledger.Book.Alerts.Values.GroupBy(a => (a.RuleId, a.Series)).Count(g => g.Count() > 1);
        var breaches = entries.Where(e => e.Kind == EntryKind.Breached).ToList();
        var breachedTwice = breaches.GroupBy(e => (e.AlertId, e.Body.Breach!.Step, e.Body.Breach.Level, e.Body.Breach.Round)).Count(g => g.Count() > 1);
        var failures = doubled + Math.Abs(transitions - lives.Count) + open + breachedTwice;
        Threat.Report("T-03", posts, failures, $"ledger; seed {Seed}, {lives.Count} transitions, {breaches.Count} breaches");
        breaches.Should().NotBeEmpty();
        failures.Should().Be(0);
        LedgerVerifier.Verify(kit.Options).Findings.Should().BeEmpty();
    }

    [Fact]
    public async Task T15_a_series_that_chatters_has_one_open_alert_with_its_toggles_counted()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        var plant = new Plant();
        for (var i = 0; i < 1000; i++)
        {
            ledger.Post(plant.To(i % 2 == 0 ? Severity.Yellow : Severity.Normal, kit.Now + (i * 1_000_000L)));
        }

        await kit.FlushAsync();
        var open = ledger.Book.Alerts.Count;
        var alert = kit.OnlyAlert();
        Threat.Report("T-15", 1000, (open > 1 ? 1 : 0) + (alert.Occurrences == 500 ? 0 : 1), "ledger");
        (open, alert.Occurrences, alert.Condition).Should().Be((1, 500, AlertCondition.Normal));
        (await kit.EntriesAsync()).Should().HaveCount(1000);
    }

    [Fact]
    public async Task A_full_queue_makes_the_poster_wait_and_loses_nothing()
    {
        await using var kit = new LedgerKit();
        using var held = new ManualResetEventSlim();
        kit.Options = kit.Options with { QueueCapacity = 4, BeforeStep = s => { if (s == "begin") { held.Wait(Cancel); } } };
        var ledger = kit.Open();
        var lives = Plant.RandomLives(new Random(1), 10, 200, kit.Now);
        var posted = 0;
        var posting = Task.Run(() => lives.ForEach(t => { ledger.Post(t); Interlocked.Increment(ref posted); }), Cancel);
        await Eventually.BecomesTrue(() => Volatile.Read(ref posted) >= 4, "the queue fills");
        posting.IsCompleted.Should().BeFalse();
        Volatile.Read(ref posted).Should().BeLessThan(20);
        held.Set();
        await posting;
        await kit.FlushAsync();
        ledger.Book.Sequence.Should().Be(lives.Count);
    }

    [Fact]
    public async Task A_text_is_kept_as_it_was_hashed_and_one_with_NUL_keeps_nothing_else_from_the_ledger()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        var half = new Plant("half\uD800").To(Severity.Red, kit.Now);
        foreach (var transition in (Transition[])[new Plant("nul\0").To(Severity.Red, kit.Now), half, half, new Plant("whole").To(Severity.Red, kit.Now)])
        {
            ledger.Post(transition);
            await kit.FlushAsync();
        }

        (await kit.EntriesAsync()).Select(e => e.Body.Transition!.Device).Should().Equal("half\uFFFD", "whole");
        kit.Log.Lines.Should().ContainSingle(l => l.Id == 3005).Which.Text.Should().Contain("NUL");
        await kit.CloseAsync();
        LedgerVerifier.Verify(kit.Options).FirstBadSequence.Should().BeNull();
    }

    [Fact]
    public virtual async Task A_newer_ledger_and_a_foreign_file_are_refused()
    {
        await using var kit = new LedgerKit();
        kit.Open();
        await kit.CloseAsync();
        using (var connection = new SqliteDatabase(kit.Folder).OpenWriter())
        {
            connection.Run("PRAGMA user_version = 999");
        }

        kit.Invoking(k => k.Open()).Should().Throw<LedgerException>().WithMessage("*version 999*");
        File.Delete(Path.Combine(kit.Folder, SqliteDatabase.FileName));
        File.WriteAllText(Path.Combine(kit.Folder, SqliteDatabase.FileName), new string('x', 8192));
        kit.Invoking(k => k.Open()).Should().Throw<LedgerException>();
    }

    private static string Describe(BookSnapshot book) => string.Join('\n', book.Alerts.Values
        .OrderBy(a => a.Id, StringComparer.Ordinal)
        .Select(a => System.Text.Json.JsonSerializer.Serialize(a, AlertsJson.Readable.Alert)));
}
