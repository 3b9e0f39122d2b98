using System.Globalization;
using System.Text;

namespace PingAnIoT.Rules.Tests;

public class RuleFileTests
{
    private const string Overpressure = """
        rules:
          - id: gas-pipe-overpressure
            title: { zh: 燃气管道超压, en: Gas pipe over-pressure }
            kind: gas-pipe
            quantity: pressure          # kPa
            when: mean(60s)
            red: "> $pressure-red or 480"
            yellow: ">= 450"
            green: "> 420.5"
            hold: 10s
            clear: { deadband: 10, hold: 1m }
            basis: operator set-point

        """;

    private static RuleFileResult Parse(string text) => RuleFile.Parse(text, "f", Catalog.Default);

    private static string Message(string text) => string.Join("\n", Parse(text).Errors);

    private static Rule Only(string text)
    {
        var result = Parse(text);
        result.Errors.Should().BeEmpty();
        return result.RuleSet!.Rules.Should().ContainSingle().Subject;
    }

    [Fact]
    public void Reads_the_rule_of_the_design()
    {
        var rule = Only(Overpressure);
        rule.Should().BeEquivalentTo(
            new Rule
            {
                Id = "gas-pipe-overpressure", Version = rule.Version, TitleZh = "燃气管道超压", TitleEn = "Gas pipe over-pressure", Kind = 0, Quantity = 0,
                Function = WindowFunction.Mean, WindowMicros = 60_000_000,
                Bands =
                [
                    new Band(Severity.Red, Comparison.Above, 480, "pressure-red"),
                    new Band(Severity.Yellow, Comparison.AtOrAbove, 450, null),
                    new Band(Severity.Green, Comparison.Above, 420.5, null),
                ],
                HoldMicros = 10_000_000, Deadband = 10, ClearHoldMicros = 60_000_000, Basis = "operator set-point",
            },
            o => o.WithStrictOrdering());
        Parse(Overpressure).RuleSet!.Source.Should().Be(Overpressure);
    }

    [Fact]
    public void The_version_is_known_for_ever() => Only(Overpressure).Version.Should().Be("ebcef6ef");

    /// <summary>Ledgers keep versions: these never change.</summary>
    [Theory]
    [InlineData("when: times(3, 10m)", "1d9c0fcd")]
    [InlineData("when: times(4, 10m)", "e341a06f")]
    [InlineData("when: quantile(0.95, 10m)", "79a64423")]
    [InlineData("when: quantile(0.9, 10m)", "6438b426")]
    [InlineData("when: stuck(10m) ;; -red ;; fault: true", "5774bff7")]
    [InlineData("when: stuck(11m) ;; -red ;; fault: true", "8b2ef1f3")]
    [InlineData("kind: elevator ;; quantity: fault-code ;; when: code(1-8, 40) ;; red: true", "66846c0b")]
    [InlineData("kind: elevator ;; quantity: fault-code ;; when: code(40, 1-3, 2-8, 5) ;; red: true", "66846c0b")]
    [InlineData("kind: elevator ;; quantity: fault-code ;; when: code(1-8, 41) ;; red: true", "027b79d0")]
    [InlineData("during: { zone: UTC+8, mon-tue: 22:00-06:00 }", "3f19e699")]
    [InlineData("during: { mon: \"22:00-24:00\", zone: UTC+8, tue: \"22:00-24:00, 00:00-06:00\", wed: 00:00-06:00 }", "3f19e699")]
    [InlineData("during: { zone: Asia/Shanghai, mon-tue: 22:00-06:00 }", "76d78400")]
    [InlineData("latch: true", "368ab9ae")]
    public void The_versions_of_other_forms_are_known_for_ever(string change, string version) => Only(ErrorTable.Apply(change)).Version.Should().Be(version);

    [Theory]
    [InlineData("hold: 10s", "hold: 10000ms", false)]
    [InlineData("hold: 10s\n", "hold: 10s # sec\n", false)]
    [InlineData("en: Gas pipe over-pressure", "en: Too much", false)]
    [InlineData("operator set-point", "site", false)]
    [InlineData("\"> 420.5\"", "'>   420.50'", false)]
    [InlineData("deadband: 10,", "deadband: 1e1,", false)]
    [InlineData("hold: 10s", "hold: 11s", true)]
    [InlineData("hold: 1m", "hold: 2m", true)]
    [InlineData("deadband: 10,", "deadband: 11,", true)]
    [InlineData("mean(60s)", "mean(61s)", true)]
    [InlineData("mean(60s)", "max(60s)", true)]
    [InlineData(">= 450", "> 450", true)]
    [InlineData("> 420.5", "> 420", true)]
    [InlineData("$pressure-red", "$alarm", true)]
    [InlineData("$pressure-red or ", "", true)]
    [InlineData("    green: \"> 420.5\"\n", "", true)]
    [InlineData("quantity: pressure", "quantity: flow", true)]
    [InlineData("kind: gas-pipe", "kind: pipe-network", true)]
    [InlineData("id: gas-pipe-overpressure", "id: other", true)]
    [InlineData("mean(60s)", "ewma(60s)", true)]
    [InlineData("    kind: gas-pipe\n", "    kind: gas-pipe\n    latch: false\n", false)]
    [InlineData("    kind: gas-pipe\n", "    kind: gas-pipe\n    during: { zone: UTC, mon: 08:00-09:00 }\n", true)]
    public void The_version_changes_when_and_only_when_the_meaning_does(string from, string to, bool changes)
    {
        Overpressure.Should().Contain(from);
        var before = Only(Overpressure).Version;
        var after = Only(Overpressure.Replace(from, to, StringComparison.Ordinal)).Version;
        (before != after).Should().Be(changes);
    }

    [Theory]
    [InlineData("last", WindowFunction.Last, 0L)]
    [InlineData("mean(500ms)", WindowFunction.Mean, 500_000L)]
    [InlineData("min(10s)", WindowFunction.Min, 10_000_000L)]
    [InlineData("max(5m)", WindowFunction.Max, 300_000_000L)]
    [InlineData("sum(2h)", WindowFunction.Sum, 7_200_000_000L)]
    [InlineData("count(1d)", WindowFunction.Count, 86_400_000_000L)]
    [InlineData("range( 60s )", WindowFunction.Range, 60_000_000L)]
    [InlineData("rate (60s)", WindowFunction.Rate, 60_000_000L)]
    [InlineData("delta(30d)", WindowFunction.Delta, 2_592_000_000_000L)]
    public void Reads_every_window_function(string when, WindowFunction function, long micros)
    {
        var rule = Only(Overpressure.Replace("mean(60s)", when, StringComparison.Ordinal));
        rule.Function.Should().Be(function);
        rule.WindowMicros.Should().Be(micros);
    }

    [Theory]
    [InlineData("> 1", Comparison.Above, 1)]
    [InlineData(">1", Comparison.Above, 1)]
    [InlineData(">= 1.1e2", Comparison.AtOrAbove, 110)]
    [InlineData("< 30", Comparison.Below, 30)]
    [InlineData("<= -5", Comparison.AtOrBelow, -5)]
    [InlineData("== 7", Comparison.Equal, 7)]
    public void Reads_every_comparison(string band, Comparison comparison, double threshold)
    {
        var text = ErrorTable.Apply($"quantity: temperature ;; red: \"{band}\"");
        Only(text).Bands.Should().Equal(new Band(Severity.Red, comparison, threshold, null));
    }

    [Theory]
    [InlineData("== true", 1)]
    [InlineData("== 1", 1)]
    [InlineData("== false", 0)]
    [InlineData("== 0", 0)]
    public void Reads_true_and_false(string band, double threshold) =>
        Only(ErrorTable.Apply($"quantity: valve ;; when: last ;; red: \"{band}\""))
            .Bands.Should().Equal(new Band(Severity.Red, Comparison.Equal, threshold, null));

    private const string Combined =
        "-quantity ;; -when ;; -red ;; any: [{ quantity: pressure, when: mean(5s), red: \"> 480\", deadband: 2 }, { quantity: methane, when: last, red: \"> $gas or 50\" }] ;; hold: 5s ;; clear: { hold: 60s } ;; during: { zone: UTC, daily: \"08:00-18:00\" }";

    [Fact]
    public void Reads_a_rule_over_several_quantities()
    {
        var rule = Only(ErrorTable.Apply(Combined));
        (rule.Combination, rule.Quantity, rule.HoldMicros, rule.ClearHoldMicros).Should().Be((Combination.Any, 0, 5_000_000L, 60_000_000L));
        rule.Parts.Select(p => (p.Quantity, p.Function, p.WindowMicros, p.Deadband)).Should().Equal(
            (0, WindowFunction.Mean, 5_000_000L, 2.0), (1, WindowFunction.Last, 0L, 0.0));
        rule.Parts[1].Bands.Should().Equal(new Band(Severity.Red, Comparison.Above, 50, "gas"));
        rule.Bands.Should().Equal(rule.Parts[0].Bands);
    }

    [Theory]
    [InlineData("any:", "all:")]
    [InlineData("mean(5s)", "mean(6s)")]
    [InlineData("> 480", "> 481")]
    [InlineData("deadband: 2", "deadband: 3")]
    [InlineData("methane", "flow")]
    [InlineData("$gas or ", "")]
    [InlineData("hold: 5s", "hold: 6s")]
    [InlineData("hold: 60s", "hold: 61s")]
    [InlineData("08:00-18:00", "08:00-19:00")]
    public void The_version_of_a_rule_over_several_quantities_changes_with_any_part(string from, string to) =>
        Only(ErrorTable.Apply(Combined.Replace(from, to, StringComparison.Ordinal))).Version.Should().NotBe(Only(ErrorTable.Apply(Combined)).Version);

    private const string Sequence =
        "-quantity ;; -when ;; -red ;; yellow: true ;; first: { quantity: methane, when: mean(5s), is: \">= $gas or 50\", deadband: 2 } ;; then: { quantity: pressure, when: last, is: \"< 100\" } ;; within: 30s ;; hold: 5s ;; clear: { hold: 60s }";

    private static readonly string NotSequence = Sequence.Replace("then:", "then not:", StringComparison.Ordinal).Replace("hold: 5s ;; ", "", StringComparison.Ordinal);

    [Fact]
    public void Reads_sequences()
    {
        var then = Only(ErrorTable.Apply(Sequence));
        (then.Combination, then.Quantity, then.Function, then.WithinMicros, then.HoldMicros, then.ClearHoldMicros)
            .Should().Be((Combination.Then, 1, WindowFunction.Mean, 30_000_000L, 5_000_000L, 60_000_000L));
        then.Bands.Should().Equal(new Band(Severity.Yellow, Comparison.AtOrAbove, 50, "gas"));
        then.Parts.Select(p => (p.Quantity, p.Function, p.WindowMicros, p.Deadband)).Should().Equal(
            (1, WindowFunction.Mean, 5_000_000L, 2.0), (0, WindowFunction.Last, 0L, 0.0));
        then.Parts[1].Bands.Should().Equal(new Band(Severity.Yellow, Comparison.Below, 100, null));
        var not = Only(ErrorTable.Apply(NotSequence));
        (not.Combination, not.WithinMicros, not.HoldMicros).Should().Be((Combination.ThenNot, 30_000_000L, 30_000_000L));
    }

    [Theory]
    [InlineData("yellow: true", "red: true")]
    [InlineData("mean(5s)", "mean(6s)")]
    [InlineData("deadband: 2", "deadband: 3")]
    [InlineData("< 100", "< 101")]
    [InlineData("within: 30s", "within: 31s")]
    [InlineData("hold: 5s", "hold: 6s")]
    [InlineData("hold: 60s", "hold: 61s")]
    [InlineData("then:", "then not:")]
    public void The_version_of_a_sequence_changes_with_any_word(string from, string to) =>
        Only(ErrorTable.Apply((to == "then not:" ? NotSequence : Sequence.Replace(from, to, StringComparison.Ordinal)))).Version.Should().NotBe(Only(ErrorTable.Apply(Sequence)).Version);

    [Fact]
    public void Reads_votes_over_a_place_and_refuses_one_wider_than_a_grid_for_several_shards()
    {
        var rule = Only(ErrorTable.Apply("when: votes(2, 60s) ;; place: street"));
        (rule.Function, rule.Times, rule.WindowMicros, rule.Place).Should().Be((WindowFunction.Votes, 2, 60_000_000L, Place.Street));
        var versions = new[] { "votes(2, 60s) ;; place: street", "votes(3, 60s) ;; place: street", "votes(2, 61s) ;; place: street", "votes(2, 60s) ;; place: grid" }
            .Select(w => Only(ErrorTable.Apply("when: " + w)).Version);
        versions.Distinct().Should().HaveCount(4);
        RuleFile.Parse(ErrorTable.Apply("when: votes(2, 60s) ;; place: grid"), "f", Catalog.Default, shards: 2).Errors.Should().BeEmpty();
        RuleFile.Parse(ErrorTable.Apply("when: votes(2, 60s) ;; place: street"), "f", Catalog.Default, shards: 2).Errors.Should().ContainSingle()
            .Which.ToString().Should().Be("f:9:12: 'place' is 'street' on a server of 2 shards; expected grid, or one shard: no shard has more than whole grids");
    }

    [Fact]
    public void Absent_counts_the_silence_in_seconds_and_may_leave_the_quantity_open()
    {
        var any = Only(ErrorTable.Apply("-quantity ;; when: absent(10m) ;; -red ;; fault: true"));
        any.Bands.Should().Equal(new Band(Severity.Fault, Comparison.AtOrAbove, 600, null));
        (any.WindowMicros, any.Quantity, any.AnyQuantity).Should().Be((600_000_000L, 0, true));
        var one = Only(ErrorTable.Apply("quantity: methane ;; when: absent(10m) ;; -red ;; yellow: true"));
        one.Bands.Should().Equal(new Band(Severity.Yellow, Comparison.AtOrAbove, 600, null));
        (one.Quantity, one.AnyQuantity).Should().Be((1, false));
    }

    [Fact]
    public void Absent_may_take_its_length_from_a_set_point()
    {
        var own = Only(ErrorTable.Apply("-quantity ;; when: absent( $silent-after  or 10m ) ;; -red ;; fault: true"));
        own.Bands.Should().Equal(new Band(Severity.Fault, Comparison.AtOrAbove, 600, "silent-after"));
        (own.WindowMicros, own.AnyQuantity, own.When()).Should().Be((600_000_000L, true, "absent($silent-after or 600s)"));
        var versions = new[] { "absent(10m)", "absent($silent-after or 10m)", "absent($quiet-after or 10m)", "absent($silent-after or 11m)" }
            .Select(w => Only(ErrorTable.Apply($"-quantity ;; when: {w} ;; -red ;; fault: true")).Version);
        versions.Distinct().Should().HaveCount(4);
    }

    [Fact]
    public void Several_documents_are_one_set()
    {
        var second = ErrorTable.Apply("id: second");
        var result = Parse($"{Overpressure}\n---\n# nothing here\n---\n{second}\n---\nrules: []\n");
        result.Errors.Should().BeEmpty();
        result.RuleSet!.Rules.Select(r => r.Id).Should().Equal("gas-pipe-overpressure", "second");
        Parse("rules: []").RuleSet!.Rules.Should().BeEmpty();
    }

    [Fact]
    public void Files_together_are_one_set_and_their_joined_source_is_a_file_again()
    {
        (string, string)[] files = [("a.yaml", Overpressure), ("b\n.yaml", "---\n" + ErrorTable.Apply("id: second")), ("c.yaml", "rules: []")];
        var many = RuleFile.ParseMany(files, Catalog.Default);
        many.Errors.Should().BeEmpty();
        var again = Parse(many.RuleSet!.Source);
        again.Errors.Should().BeEmpty();
        again.RuleSet!.Rules.Select(r => (r.Id, r.Version)).Should().Equal(many.RuleSet.Rules.Select(r => (r.Id, r.Version)));
        again.RuleSet.Rules.Should().HaveCount(2);
    }

    [Fact]
    public void Files_together_tell_their_errors_apart()
    {
        (string, string)[] files = [("a.yaml", ErrorTable.Apply("id: r")), ("b.yaml", ErrorTable.Apply("hold: soon")), ("c.yaml", "")];
        string.Join("\n", RuleFile.ParseMany(files, Catalog.Default).Errors).Should().Be(
            """
            b.yaml:2:9: rule 'r' again; expected every id once (first in a.yaml on line 2)
            b.yaml:9:11: 'hold' is 'soon'; expected a whole number with ms, s, m, h or d, such as 500ms, 10s, 5m, 2h or 1d
            c.yaml:1:1: an empty file; expected 'rules:' (an empty list is written 'rules: []')
            """.ReplaceLineEndings("\n"));
        var half = "rules: []\n" + string.Concat(Enumerable.Repeat("# " + new string('x', 1_000) + "\n", RuleFile.SizeLimitBytes / 2 / 1_000));
        string.Join("\n", RuleFile.ParseMany([("a", half), ("b", half)], Catalog.Default).Errors)
            .Should().Be("a:1:1: more than 4194304 bytes in all files together; expected a smaller file");
    }

    [Fact]
    public void Reports_the_errors_of_all_rules_in_order()
    {
        var text = ErrorTable.Apply("hold: soon") + ErrorTable.Apply("kind: volcano")["rules:\n".Length..];
        Message(text).Should().Be(
            """
            f:9:11: 'hold' is 'soon'; expected a whole number with ms, s, m, h or d, such as 500ms, 10s, 5m, 2h or 1d
            f:10:9: rule 'r' again; expected every id once (first on line 2)
            f:12:11: unknown kind 'volcano'; expected one of gas-pipe, elevator, smoke-detector, charging-pile, pipe-network, lpg-cylinder, gateway
            """.ReplaceLineEndings("\n"));
    }

    public static TheoryData<string, string> WholeFiles => new()
    {
        { "", "f:1:1: an empty file; expected 'rules:' (an empty list is written 'rules: []')" },
        { "# only words\n", "f:1:1: an empty file; expected 'rules:' (an empty list is written 'rules: []')" },
        { "hello", "f:1:1: found 'hello'; expected 'rules:' and a list of rules" },
        { "- id: x", "f:1:1: found a list; expected 'rules:' and a list of rules" },
        { "rulez: []", "f:1:1: unknown key 'rulez' in a rule file; did you mean 'rules'?\nf:1:1: no 'rules' in a rule file; expected a list of rules" },
        { "rules:", "f:1:7: 'rules' is nothing; expected a list of rules, each beginning with '- id:'" },
        { "rules: { id: x }", "f:1:8: 'rules' is a mapping; expected a list of rules, each beginning with '- id:'" },
        { "rules: [ x, [] ]", "f:1:10: found 'x'; expected a rule, beginning with 'id:'\nf:1:13: found a list; expected a rule, beginning with 'id:'" },
        { "%YAML 1.2\n---\nrules: []", "f:1:1: a YAML directive; expected plain YAML without '%' lines" },
        { "rules: [[[[[[[[[1]]]]]]]]]", "f:1:15: nested more than 8 deep; expected a list of rules" },
        { "rules: " + new string('x', 3_000), "f:1:8: a value of 3000 characters; expected at most 2000" },
        { new string(' ', RuleFile.SizeLimitBytes + 1), "f:1:1: more than 4194304 bytes; expected a smaller file" },
        { new string('平', (RuleFile.SizeLimitBytes / 3) + 1), "f:1:1: more than 4194304 bytes; expected a smaller file" },
        { "x:\n" + string.Concat(Enumerable.Repeat("- a\n", 1_000)), "f:999:3: more than 1000 YAML nodes without a rule; expected a rule, or the end of the file" },
        { "# a\n" + new string('\n', 70_000) + "rules: []", "f:1:1: more than 65536 characters without a rule; expected a rule, or the end of the file" },
        { "... a", "f:1:1: not YAML" },
        { ": {\nb", "f:1:3: not YAML" },
        { "rules:\n\t- x", "f:2:1: a tab in the indentation; expected spaces" },
    };

    [Theory]
    [MemberData(nameof(WholeFiles), DisableDiscoveryEnumeration = true)]
    public void Says_what_is_wrong_with_the_whole(string text, string expected) => Message(text).Should().Be(expected);

    [Fact]
    public void Reports_a_hundred_errors_and_no_more()
    {
        var text = new StringBuilder("rules:\n");
        for (var i = 0; i < 1_000; i++)
        {
            text.Append("- oops\n");
        }

        Parse(text.ToString()).Errors.Should().HaveCount(RuleErrors.Capacity);
    }

    [Fact]
    public void Takes_ten_thousand_rules_and_no_more()
    {
        var text = new StringBuilder("rules:\n");
        for (var i = 0; i < RuleFile.RulesLimit; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"- {{ id: r{i}, title: {{ zh: 甲, en: A }}, kind: gas-pipe, quantity: pressure, when: last, red: '> 1', basis: s }}\n");
        }

        Parse(text.ToString()).RuleSet!.Rules.Should().HaveCount(RuleFile.RulesLimit);
        Message(text + "- x\n- y\n").Should().Be("f:10002:3: more than 10000 rules; expected fewer");
    }

    [Fact]
    public void An_error_shows_no_control_characters_and_no_more_than_a_line()
    {
        var error = Parse(ErrorTable.Apply("kind: \"a\\nb\\e[31m" + new string('x', 500) + "\"")).Errors.Should().ContainSingle().Subject;
        error.Message.Any(char.IsControl).Should().BeFalse();
        error.Message.Length.Should().BeLessThan(250);
    }
}
