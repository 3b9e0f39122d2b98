using System.Globalization;
using System.Text;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>What people may do, as tables: who does what when, and what the alert is afterwards.</summary>
public class LifeCycleTests
{
    [Theory]
    [InlineData("the way it should go", """
        at   0s  plant red              -> raised red/red
        at   5s  wang acks              -> acknowledged red/red
        at  10s  wang acks              -> AlreadyDone by wang
        at  11s  li acks                -> AlreadyDone by wang
        at  20s  li closes false        -> IllegalStep legal Triage,Report,Dispatch,Shelve,TakeOutOfService,Comment
        at  30s  plant normal           -> acknowledged normal/red
        at  40s  li closes real         -> NeedsRectified
        at  45s  wang closes false      -> NeedsSecondPerson
        at  50s  li closes false        -> closed
        at  60s  wang closes false      -> AlreadyDone by li
        at  61s  wang acks              -> AlreadyDone by li
        at  62s  wang says "well done"  -> closed
        """)]
    [InlineData("acknowledging is not closing, and comes first", """
        at   0s  plant yellow           -> raised yellow/yellow
        at   1s  wang closes false      -> IllegalStep legal See,Acknowledge,Shelve,TakeOutOfService,Comment
        at   2s  wang says "on my way"  -> raised yellow/yellow
        at   3s  wang acks              -> acknowledged yellow/yellow
        at   4s  wang closes false      -> NeedsReason
        at   5s  wang closes false "sensor in the sun" -> closed yellow/yellow
        """)]
    [InlineData("a red that came down to yellow is still a red", """
        at   0s  plant red              -> raised red/red
        at   1s  wang acks              -> acknowledged red/red
        at   2s  plant yellow           -> acknowledged yellow/red
        at   3s  li closes test "late"  -> IllegalStep legal Triage,Report,Dispatch,Shelve,TakeOutOfService,Comment
        at   4s  plant normal           -> acknowledged normal/red
        at   5s  li closes test         -> closed
        """)]
    [InlineData("what gets worse must be acknowledged anew", """
        at   0s  plant green            -> raised green/green
        at   1s  wang acks              -> acknowledged green/green
        at   2s  plant red              -> raised red/red
        at   3s  li acks                -> acknowledged red/red
        at   4s  plant yellow           -> acknowledged yellow/red
        at   5s  plant red              -> acknowledged red/red
        """)]
    [InlineData("chatter keeps an acknowledgement, a return after a quiet time does not", """
        at    0s  plant yellow          -> raised yellow/yellow
        at    1s  wang acks             -> acknowledged yellow/yellow
        at    2s  plant normal          -> acknowledged normal/yellow
        at    9s  plant yellow          -> acknowledged yellow/yellow
        at   10s  plant normal          -> acknowledged normal/yellow
        at  611s  plant yellow          -> raised yellow/yellow
        """)]
    [InlineData("closed while active opens again when it gets worse, and not otherwise", """
        at   0s  plant yellow           -> raised yellow/yellow
        at   1s  wang acks              -> acknowledged yellow/yellow
        at   2s  wang closes test "pump is being changed" -> closed yellow/yellow
        at   3s  plant green            -> closed green/yellow
        at   4s  plant yellow           -> closed yellow/yellow
        at   5s  plant red              -> raised red/red
        """)]
    [InlineData("a fault is acknowledged and closed like the rest", """
        at   0s  plant fault            -> raised fault/fault
        at   1s  wang acks              -> acknowledged fault/fault
        at   2s  plant normal           -> acknowledged normal/fault
        at   3s  wang closes repair     -> closed
        """)]
    public async Task The_table_holds(string name, string table)
    {
        await using var kit = new LedgerKit();
        kit.Open();
        var scene = new Scene(kit);
        foreach (var line in table.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var parts = line.Split("->", StringSplitOptions.TrimEntries);
            (await scene.Play(parts[0])).Should().Be(parts[1], $"of \"{name}\": {line}");
        }

        LedgerVerifier.Verify(kit.Options).Findings.Should().BeEmpty();
    }

    [Fact]
    public async Task The_same_key_gives_the_same_answer_and_no_second_entry_also_after_a_restart()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        var plant = new Plant();
        ledger.Post(plant.To(Severity.Red, kit.Now));
        await kit.FlushAsync();
        var id = kit.OnlyAlert().Id;
        var command = new AlertCommand(id, new Officer("王"), "k1", "seen");
        var first = await ledger.AcknowledgeAsync(command, default);
        ledger = await kit.ReopenAsync();
        ledger.Post(plant.To(Severity.Normal, kit.Now + 1));
        var again = await ledger.AcknowledgeAsync(command, default);
        (again.Outcome, again.Entry!.Sequence).Should().Be((CommandOutcome.Done, first.Entry!.Sequence));
        (await ledger.CommentAsync(command, default)).Outcome.Should().Be(CommandOutcome.Invalid, "the key has been used for something else");
        (await ledger.CommentAsync(command with { Officer = new Officer("李") }, default)).Outcome.Should().Be(CommandOutcome.Done, "keys of two officers never meet");
        (await kit.EntriesAsync(EntryKind.Acknowledged)).Should().ContainSingle();
    }

    [Fact]
    public async Task A_key_that_was_used_for_other_words_another_team_verdict_or_time_never_answers_that_this_is_done()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        ledger.Post(new Plant().To(Severity.Yellow, kit.Now));
        await kit.FlushAsync();
        var wang = new AlertCommand(kit.OnlyAlert().Id, new Officer("wang"), "");
        await OnceAsync(c => ledger.AcknowledgeAsync(c, default), c => ledger.AcknowledgeAsync(c with { Note = "on my way" }, default));
        await OnceAsync(c => ledger.TriageAsync(c, Verdict.Real, default), c => ledger.TriageAsync(c, Verdict.False, default));
        await OnceAsync(c => ledger.ReportAsync(c, "d01/s03", default), c => ledger.ReportAsync(c, "d01", default));
        await OnceAsync(c => ledger.DispatchAsync(c, "team 1", default), c => ledger.DispatchAsync(c, "team 2", default));
        await OnceAsync(c => ledger.CommentAsync(c with { Note = "one" }, default), c => ledger.CommentAsync(c with { Note = "two" }, default));
        await OnceAsync(c => ShelveAsync(c, 10), c => ShelveAsync(c, 20));
        await OnceAsync(c => ledger.UnshelveAsync(c, default));
        await OnceAsync(c => OutOfServiceAsync(c, 10), c => OutOfServiceAsync(c, 20), c => OutOfServiceAsync(c with { Note = "no " }, 10));
        await OnceAsync(c => ledger.ReturnToServiceAsync(c, default));
        await OnceAsync(c => ledger.TakeOutOfServiceAsync(c with { Note = "repair" }, null, default));

        Task<CommandResult> ShelveAsync(AlertCommand command, int minutes) => ledger.ShelveAsync(command with { Note = "test" }, TimeSpan.FromMinutes(minutes), default);

        Task<CommandResult> OutOfServiceAsync(AlertCommand command, int minutes) =>
            ledger.TakeOutOfServiceAsync(command with { Note = command.Note + "repair" }, TimeSpan.FromMinutes(minutes), default);

        async Task OnceAsync(Func<AlertCommand, Task<CommandResult>> ask, params Func<AlertCommand, Task<CommandResult>>[] others)
        {
            var command = wang with { IdempotencyKey = $"k{kit.OnlyAlert().LastSequence}" };
            var first = await ask(command);
            first.IsDone.Should().BeTrue(first.Reason);
            kit.Fake.Advance(TimeSpan.FromSeconds(1));
            (await ask(command)).Entry!.Sequence.Should().Be(first.Entry!.Sequence);
            foreach (var other in others)
            {
                (await other(command)).Outcome.Should().Be(CommandOutcome.Invalid, $"{first.Entry.Kind} with this key was another");
            }
        }
    }

    [Fact]
    public async Task Of_a_long_history_the_newest_is_read_and_in_its_order()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        ledger.Post(new Plant().To(Severity.Yellow, kit.Now));
        await kit.FlushAsync();
        var id = kit.OnlyAlert().Id;
        await ledger.WriteAsync(
            t =>
            {
                for (var i = 0; i < 30; i++)
                {
                    t.Append(EntryKind.Commented, id, "wang", $"test/{i}", t.NowMicros, new EntryBody { Command = new CommandFacts($"{i}") });
                }
            },
            default);
        (await ledger.ReadHistoryAsync(id, 1000, default)).Should().HaveCount(31).And.BeInAscendingOrder(e => e.Sequence);
        (await ledger.ReadHistoryAsync(id, 3, default)).Select(e => e.Body.Command!.Note).Should().Equal("27", "28", "29");
    }

    [Fact]
    public async Task Who_acts_on_what_is_no_longer_so_is_told()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        var plant = new Plant();
        ledger.Post(plant.To(Severity.Green, kit.Now));
        await kit.FlushAsync();
        var seen = kit.OnlyAlert();
        ledger.Post(plant.To(Severity.Red, kit.Now + 1));
        var command = new AlertCommand(seen.Id, new Officer("wang"), "k1", ExpectedSequence: seen.LastSequence);
        var stale = await ledger.AcknowledgeAsync(command, default);
        (stale.Outcome, stale.Alert!.Colour).Should().Be((CommandOutcome.Stale, Severity.Red));
        (await ledger.AcknowledgeAsync(command with { ExpectedSequence = stale.Alert.LastSequence }, default)).IsDone.Should().BeTrue();
    }

    [Fact]
    public async Task An_officer_of_another_territory_sees_nothing_to_act_on()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        ledger.Post(new Plant().To(Severity.Red, kit.Now));
        await kit.FlushAsync();
        var id = kit.OnlyAlert().Id;
        foreach (var (territory, expected) in new[]
        {
            ("d02", CommandOutcome.NotFound), ("d01/s0", CommandOutcome.NotFound), ("d01/s03/c07/g1", CommandOutcome.NotFound), ("d01/s03", CommandOutcome.Done),
        })
        {
            var result = await ledger.CommentAsync(new AlertCommand(id, new Officer("x", territory), "k" + territory.Length, "note"), default);
            result.Outcome.Should().Be(expected, territory);
        }

        (await ledger.AcknowledgeAsync(new AlertCommand("NONE-SUCH-0000", new Officer("x"), "k"), default)).Outcome.Should().Be(CommandOutcome.NotFound);
    }

    [Theory]
    [InlineData("", "k", "")]
    [InlineData("a\u0000b", "k", "")]
    [InlineData("a/b", "k", "")]
    [InlineData("wang", "", "")]
    [InlineData("wang", "k\n", "")]
    [InlineData("wang", "k", "bell \u0007")]
    [InlineData("wang", "k", "half a pair \ud83d")]
    public async Task A_request_that_is_wrong_in_itself_is_refused(string officer, string key, string note)
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        ledger.Post(new Plant().To(Severity.Red, kit.Now));
        await kit.FlushAsync();
        var result = await ledger.AcknowledgeAsync(new AlertCommand(kit.OnlyAlert().Id, new Officer(officer), key, note), default);
        result.Outcome.Should().Be(CommandOutcome.Invalid);
        (await kit.EntriesAsync()).Should().HaveCount(1);
    }

    [Fact]
    public async Task Delivery_is_recorded_per_officer_only_forwards_and_never_streamed()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        var plant = new Plant();
        ledger.Post(plant.To(Severity.Red, kit.Now));
        ledger.Post(plant.To(Severity.Normal, kit.Now + 1));
        await kit.FlushAsync();
        var wang = new Officer("wang");
        (await ledger.ConfirmDeliveryAsync(wang, 9, default)).Outcome.Should().Be(CommandOutcome.Invalid);
        foreach (var upTo in new[] { 2, 2, 1 })
        {
            (await ledger.ConfirmDeliveryAsync(wang, upTo, default)).IsDone.Should().BeTrue();
        }

        ledger = await kit.ReopenAsync();
        (await ledger.ConfirmDeliveryAsync(wang, 2, default)).IsDone.Should().BeTrue();
        ledger.Book.Delivered["wang"].Should().Be(2);
        (await kit.EntriesAsync(EntryKind.Delivered)).Should().ContainSingle();
        ledger.Post(plant.To(Severity.Red, kit.Now + 2));
        await kit.FlushAsync();
        (await ledger.Feed.Subscribe(0, 10, TestContext.Current.CancellationToken).Take(3).Select(e => e.Sequence).ToListAsync(TestContext.Current.CancellationToken))
            .Should().Equal(1, 2, 4);
        LedgerVerifier.Verify(kit.Options).Findings.Should().BeEmpty();
    }

    /// <summary>Plays the lines of a table against one alert.</summary>
    private sealed class Scene(LedgerKit kit)
    {
        private readonly Plant plant = new();
        private string? id;
        private int keys;

        public async Task<string> Play(string line)
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var at = Micros.From(LedgerKit.Start) + (long.Parse(words[1].TrimEnd('s'), CultureInfo.InvariantCulture) * 1_000_000);
            var note = line.Contains('"', StringComparison.Ordinal) ? line.Split('"')[1] : "";
            if (words[2] == "plant")
            {
                kit.Ledger.Post(plant.To(Enum.Parse<Severity>(words[3], ignoreCase: true), at));
                await kit.FlushAsync();
                id ??= kit.OnlyAlert().Id;
                return Describe((await kit.Ledger.FindAlertAsync(id, default))!);
            }

            var command = new AlertCommand(id!, new Officer(words[2]), $"k{keys++}", note);
            return Describe(await (words[3] switch
            {
                "acks" => kit.Ledger.AcknowledgeAsync(command, default),
                "says" => kit.Ledger.CommentAsync(command, default),
                _ => kit.Ledger.CloseAsync(command, Enum.Parse<Verdict>(words[4], ignoreCase: true), default),
            }));
        }

        private static string Describe(CommandResult result)
        {
            var text = new StringBuilder(result.IsDone ? Describe(result.Alert!) : result.Outcome.ToString());
            if (result.Outcome == CommandOutcome.AlreadyDone)
            {
                text.Append(" by ").Append(result.DoneBy!.By);
            }

            return result.Outcome == CommandOutcome.IllegalStep ? text.Append(" legal ").AppendJoin(',', result.Legal).ToString() : text.ToString();
        }

        private static string Describe(Alert alert) => alert is { IsOpen: false, IsActive: false }
            ? "closed"
            : $"{alert.Work} {alert.Colour}/{alert.PeakColour}".ToLowerInvariant();
    }
}
