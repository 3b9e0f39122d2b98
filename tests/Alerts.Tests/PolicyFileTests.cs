using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>What a policy file may say, and exactly what is said of one that is wrong.</summary>
public sealed class PolicyFileTests
{
    [Theory]
    [InlineData("deadlines:\n  red:\n    acknowleged: 60s", "p.yaml:3:5: unknown key 'acknowleged' in 'red'; did you mean 'acknowledged'?")]
    [InlineData("deadlines:\n  redd: { seen: 15s }", "p.yaml:2:3: unknown key 'redd' in 'deadlines'; did you mean 'red'?")]
    [InlineData("deadlines:\n  red: { seen: soon }", "p.yaml:2:16: 'seen' is 'soon'; expected a time such as 15s, 5m, 24h or 3d, at most 366d")]
    [InlineData("deadlines:\n  red: { seen: -5s }", "p.yaml:2:16: 'seen' is '-5s'; expected a time such as 15s, 5m, 24h or 3d, at most 366d")]
    [InlineData("deadlines:\n  red: { seen: 900d }", "p.yaml:2:16: 'seen' is '900d'; expected a time such as 15s, 5m, 24h or 3d, at most 366d")]
    [InlineData("deadlines:\n  red: { seen: [15s] }", "p.yaml:2:16: 'seen' is a list; expected a time such as 15s, 5m, 24h or 3d")]
    [InlineData("deadlines:\n  red: { seen: { repeat: 5s } }", "p.yaml:2:16: no 'within' in the deadline 'seen'; expected a time such as 15s, 5m, 24h or 3d")]
    [InlineData("deadlines:\n  red: { arrived: { within: 5m, after: dispached } }", "p.yaml:2:40: after is 'dispached'; did you mean 'dispatched'?")]
    [InlineData("deadlines:\n  red: { seen: { within: 5m, after: arrived } }", "p.yaml:2:30: 'seen' counts from 'arrived', which does not come before it; expected an earlier step")]
    [InlineData("deadlines:\n  red: { seen: { within: 5m, levels: 3 } }", "p.yaml:2:30: 3 levels without 'repeat'; expected the time from one to the next")]
    [InlineData("deadlines:\n  red: { seen: { within: 5m, levels: 0 } }", "p.yaml:2:38: levels is '0'; expected a number from 1 to 20, or always")]
    [InlineData("deadlines:\n  red: { seen: { within: 5m, levels: allways } }", "p.yaml:2:38: levels is 'allways'; expected a number from 1 to 20, or always")]
    [InlineData("deadlines:\n  red: { seen: { within: 5m, levels: always } }", "p.yaml:2:30: 'levels: always' without 'repeat'; expected the time from one to the next")]
    [InlineData("deadlines:\n  red: { dispatched: { within: 5m, levels: always } }", "p.yaml:2:36: 'levels: always' without 'repeat'; expected the time from one to the next, or 'after: acknowledged'")]
    [InlineData("deadlines:\n  red: { dispatched: { within: 5m, after: triaged, levels: always } }", "p.yaml:2:52: 'levels: always' without 'repeat'; expected the time from one to the next, or 'after: acknowledged'")]
    [InlineData("deadlines:\n  red: { seen: { within: 5m, repeat: 1s, levels: always } }", "p.yaml:2:38: 'repeat' of what is told always is '1s'; expected at least 10s")]
    [InlineData("deadlines:\n  red: { seen: { within: 5m, repeat: 60s, levels: always, widest: 30s } }", "p.yaml:2:59: 'widest' is shorter than 'repeat'; expected the longest time from one to the next")]
    [InlineData("deadlines:\n  red: { seen: { within: 5m, repeat: 60s, levels: 3, widest: 2m } }", "p.yaml:2:54: 'widest' without 'levels: always'; expected it there alone")]
    [InlineData("deadlines:\n  red: { seen: { within: 5m, time: workin } }", "p.yaml:2:36: time is 'workin'; did you mean 'working'?")]
    [InlineData("deadlines:\n  red: { seen: { within: 5m, chain: [grid, streat] } }", "p.yaml:2:44: chain is 'streat'; did you mean 'street'?")]
    [InlineData("deadlines:\n  red: { seen: { within: 5m, supervision: [notise] } }", "p.yaml:2:44: supervision is 'notise'; did you mean 'notice'?")]
    [InlineData("deadlines:\n  red: { seen: { within: 5m, chain: [] } }", "p.yaml:2:37: 'chain' is empty; expected at least one of grid, community, street, district, city")]
    [InlineData("chain: [grid]", "p.yaml:1:1: no 'deadlines' in a policy; expected the colours, each with its steps")]
    [InlineData("deadlines: {}\nflapping: { more_than: 0 }", "p.yaml:2:24: more_than is '0'; expected a number from 1 to 100")]
    [InlineData("deadlines: {}\nflapping: { calm: 25h }", "p.yaml:2:19: 'calm' is '25h'; expected 1s to 24h")]
    [InlineData("deadlines: {}\nflapping: { within: soon }", "p.yaml:2:21: 'within' is 'soon'; expected a time such as 15s, 5m, 24h or 3d, at most 366d")]
    [InlineData("deadlines: {}\nincidents: { within: 1ms }", "p.yaml:2:22: 'within' is '1ms'; expected 1s to 24h")]
    [InlineData("deadlines: {}\nincidents: 1h", "p.yaml:2:12: 'incidents' is '1h'; expected a mapping")]
    [InlineData("- a", "p.yaml:1:1: found something else; expected one mapping with deadlines")]
    [InlineData("deadlines: 15s", "p.yaml:1:12: 'deadlines' is '15s'; expected a mapping")]
    [InlineData("deadlines: {}\nkinds: { elevater: {} }", "p.yaml:2:10: unknown key 'elevater' in 'kinds'; did you mean 'elevator'?")]
    [InlineData("deadlines: {}\nshelve: { red: never }", "p.yaml:2:16: 'red' is 'never'; expected a time such as 15s, 5m, 24h or 3d, at most 366d")]
    [InlineData("deadlines: {}\nout_of_service: { red: 367d }", "p.yaml:2:24: 'red' is '367d'; expected a time such as 15s, 5m, 24h or 3d, at most 366d")]
    [InlineData("deadlines: {}\nout_of_service: { rad: 8h }", "p.yaml:2:19: unknown key 'rad' in 'out_of_service'; did you mean 'red'?")]
    [InlineData("deadlines: {}\nout_of_service: 8h", "p.yaml:2:17: 'out_of_service' is '8h'; expected a mapping")]
    [InlineData("deadlines: {}\nzone: Asia/Shanghia", "p.yaml:2:7: there is no zone 'Asia/Shanghia'; did you mean 'Asia/Shanghai'?")]
    [InlineData("deadlines: {}\nworking: { days: [mon, tues] }", "p.yaml:2:24: day is 'tues'; did you mean 'tue'?")]
    [InlineData("deadlines: {}\nworking: { hours: [\"17:00-08:00\"] }", "p.yaml:2:20: hours are '17:00-08:00'; expected hours such as 08:30-12:00")]
    [InlineData("deadlines: {}\nworking: { hours: [\"08:00-12:00\", \"11:00-13:00\"] }", "p.yaml:2:35: '11:00-13:00' is not after the hours before it; expected them in order")]
    [InlineData("deadlines: {}\nworking: { holidays: [1.10.2026] }", "p.yaml:2:23: 'holidays' has '1.10.2026'; expected a day such as 2026-10-01")]
    [InlineData("deadlines: {}\nworking: { days: [] }", "p.yaml:2:18: no day is worked; expected at least one")]
    [InlineData("deadlines: {}\ndeadlins: {}", "p.yaml:2:1: unknown key 'deadlins' in a policy; did you mean 'deadlines'?")]
    [InlineData("deadlines:\n  red: { seen: 15s, seen: 20s }", "p.yaml:2:21: key 'seen' again in 'red'; expected it once (first on line 2)")]
    public void What_is_wrong_is_said_with_its_place_and_what_was_expected(string text, string error)
    {
        var result = PolicyFile.Parse(text, "p.yaml");
        result.Policy.Should().BeNull();
        result.Errors.Select(e => e.ToString()).Should().Equal(error);
    }

    [Fact]
    public void All_that_is_wrong_is_said_at_once() =>
        PolicyFile.Parse("zone: Nowhere\ndeadlines:\n  red: { seen: x, acknowledged: y }\n  blue: {}", "p.yaml").Errors.Should().HaveCount(4);

    [Fact]
    public void A_file_of_a_stranger_is_not_read_without_end() =>
        PolicyFile.Parse(new string(' ', 300_000), "p.yaml").Errors.Single().ToString()
            .Should().Be("p.yaml:1:1: the file has 300000 characters; expected at most 262144");

    /// <summary>The city's plan (red, yellow) and our own choices, as docs/life-cycle.md states them.</summary>
    [Theory]
    [InlineData(Severity.Red, WorkState.Seen, "00:00:15")]
    [InlineData(Severity.Red, WorkState.Acknowledged, "00:01:00")]
    [InlineData(Severity.Red, WorkState.Dispatched, "00:05:00")]
    [InlineData(Severity.Red, WorkState.Arrived, "00:30:00")]
    [InlineData(Severity.Red, WorkState.Rectified, "1.00:00:00")]
    [InlineData(Severity.Yellow, WorkState.Rectified, "3.00:00:00")]
    [InlineData(Severity.Green, WorkState.Rectified, "7.00:00:00")]
    public void The_default_says_what_the_plan_says(Severity colour, WorkState step, string within) =>
        DeadlinePolicy.Default.Find(colour, "gas-pipe", step)!.Within.ToString("c", System.Globalization.CultureInfo.InvariantCulture).Should().Be(within);

    [Theory]
    [InlineData("d01/s03/c02/g07", "grid community street district", "d01/s03/c02/g07 d01/s03/c02 d01/s03 d01 d01")]
    [InlineData("d01/s03", "grid community street district", "d01/s03 d01 d01 d01 d01")]
    [InlineData("d01/s03/c02/g07", "district", "d01 d01 d01 d01 d01")]
    [InlineData("d01/s03/c02/g07", "street city", "d01/s03 - - - -")]
    [InlineData("", "grid community street district", "- - - - -")]
    public void The_chain_goes_up_the_path(string territory, string chain, string told)
    {
        var rule = new DeadlineRule(Severity.Red, WorkState.Seen, TimeSpan.FromSeconds(1))
        {
            Chain = [.. chain.Split(' ').Select(u => Enum.Parse<ChainUnit>(u, ignoreCase: true))],
        };
        string.Join(' ', Enumerable.Range(1, 5).Select(l => rule.ToldAt(territory, l)).Select(t => t.Length == 0 ? "-" : t)).Should().Be(told);
    }

    [Theory]
    [InlineData(60, 900, "60 60 60 120 240 480 900 900")]
    [InlineData(60, 0, "60 60 60 60 60 60 60 60")]
    [InlineData(60, 100, "60 60 60 100 100 100 100 100")]
    public void Above_the_top_of_the_chain_the_time_from_one_to_the_next_doubles_up_to_the_widest(int repeat, int widest, string seconds)
    {
        var rule = new DeadlineRule(Severity.Red, WorkState.Seen, TimeSpan.FromSeconds(1))
        {
            Repeat = TimeSpan.FromSeconds(repeat), Widest = TimeSpan.FromSeconds(widest), Levels = DeadlineRule.Always,
        };
        string.Join(' ', Enumerable.Range(1, 8).Select(l => rule.RepeatAfter(l).TotalSeconds)).Should().Be(seconds);
        rule.RepeatAfter(int.MaxValue).TotalSeconds.Should().Be(Math.Max(repeat, widest), "however often it was told");
    }

    /// <summary>A weekend that nobody looks is to be no flood of the ledger, and nothing may go quiet.</summary>
    [Theory]
    [InlineData(Severity.Red)]
    [InlineData(Severity.Yellow)]
    public void By_default_nothing_that_is_asked_of_officers_ends_and_a_weekend_is_a_bounded_number_of_breaches(Severity colour)
    {
        foreach (var rule in DeadlinePolicy.Default.For(colour, "gas-pipe").Where(r => r.Step is WorkState.Acknowledged or WorkState.Arrived or WorkState.Rectified))
        {
            rule.Levels.Should().Be(DeadlineRule.Always);
            var (at, breaches) = (rule.Within, 0);
            for (; at < TimeSpan.FromHours(62); at += rule.RepeatAfter(++breaches))
            {
            }

            breaches.Should().BeLessThan(260, $"{rule.Step}");
        }
    }

    [Fact]
    public async Task A_file_that_changes_is_put_in_force_and_one_that_is_wrong_is_not()
    {
        using var temp = new TempFolder("policy");
        var file = temp.PathOf("policy.yaml");
        await File.WriteAllTextAsync(file, "deadlines: { red: { seen: 15s } }", TestContext.Current.CancellationToken);
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        await using var source = new PolicySource(file);
        var log = new LogLines<PolicySource>();
        source.Follow(ledger, kit.Clock, log);
        await Eventually.BecomesTrue(() => ledger.Policy.FileName == file, "the first file");
        await File.WriteAllTextAsync(file, "deadlines: { red: { seen: soon } }", TestContext.Current.CancellationToken);
        await Eventually.BecomesTrue(() => Looked() && log.Lines.Any(l => l.Id == 3015 && l.Text.Contains("soon", StringComparison.Ordinal)), "the wrong file");
        ledger.Policy.Rules.Should().ContainSingle("the one before is in force");
        await File.WriteAllTextAsync(file, "deadlines: { red: { seen: 25s, acknowledged: 60s } }", TestContext.Current.CancellationToken);
        await Eventually.BecomesTrue(() => Looked() && ledger.Policy.Rules.Count == 2, "the mended file");
        (await kit.EntriesAsync(EntryKind.PolicySet)).Should().HaveCount(2);

        // A look that comes while the last file is still being put in force does nothing: the next one does.
        bool Looked()
        {
            kit.Fake.Advance(TimeSpan.FromSeconds(1));
            return true;
        }
    }
}
