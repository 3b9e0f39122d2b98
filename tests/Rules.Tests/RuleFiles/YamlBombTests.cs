using System.Text;
using CsCheck;

namespace PingAnIoT.Rules.Tests;

/// <summary>
/// T-17: text made to cost time or memory is refused early, whatever it is. Held by the bytes allocated and by the processor time of the thread,
/// the best of three if the first is too long: neither is what else a busy machine does.
/// </summary>
public class YamlBombTests
{
    /// <summary>What a parser that goes on to the end of a bomb passes many times over.</summary>
    private const long AllocationLimitBytes = 4L * 1024 * 1024;

    private static readonly TimeSpan TimeLimit = TimeSpan.FromMilliseconds(100);

    private static string Times(string text, int count) => new StringBuilder(text.Length * count).Insert(0, text, count).ToString();

    private static IEnumerable<(string Name, string Text)> Bombs()
    {
        const int Size = RuleFile.SizeLimitBytes - 64;
        const int Line = 60_000;
        yield return ("billion laughs", "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nrules: *c");
        yield return ("merge keys", "a: &a { k: v }\nb: { <<: *a, <<: *a }");
        yield return ("alias to itself", "&a [*a]");
        yield return ("alias to nothing", "rules: *nothing");
        yield return ("100,000 anchors", "rules:\n" + Times("- &a x\n", 100_000));
        yield return ("100,000 open lists", Times("[", 100_000));
        yield return ("100,000 open mappings", Times("{", 100_000));
        yield return ("100,000 open lists, one a line", Times("[\n", 100_000));
        yield return ("100,000 nested mappings on a line", Times("{a: ", 100_000));
        yield return ("nested block lists", Times("- ", Line / 2));
        yield return ("nested block lists, line by line", string.Concat(Enumerable.Range(0, 2_000).Select(i => new string(' ', i) + "-\n")));
        yield return ("nested block mappings", string.Concat(Enumerable.Range(0, 2_000).Select(i => new string(' ', i) + "a:\n")));
        yield return ("nested explicit keys", Times("? ", Line / 2));
        yield return ("closed lists without opening", Times("]", Line));
        yield return ("100 MB", new string(' ', 100_000_000));
        yield return ("one line of 4 MiB", "rules: " + new string('x', Size));
        yield return ("one quoted value over many lines", "rules: \"" + Times("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", Size / 32) + "\"");
        yield return ("one plain value over many lines", "rules:\n" + Times(" xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", Size / 32));
        yield return ("one block value over many lines", "rules: |\n" + Times("  xxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", Size / 32));
        yield return ("blank lines in a quoted value", "rules: \"" + new string('\n', Size) + "\"");
        yield return ("blank lines", new string('\n', Size));
        yield return ("comments", Times("# comment comment comment comm\n", Size / 32));
        yield return ("escapes", "rules: \"" + Times("\\U0010FFFF", (Line / 10) - 2) + "\"");
        yield return ("bad escape", "rules: \"\\UFFFFFFFF\"");
        yield return ("a million documents", Times("---\n", Size / 4));
        yield return ("a million ended documents", Times("...\n", Size / 4));
        yield return ("a million scalars", "rules:\n" + Times("- x\n", Size / 4));
        yield return ("a million keys", "rules: {\n" + Times("a,\n", Size / 3) + "}");
        yield return ("flow list over many lines", "rules: [\n" + Times("x,\n", Size / 3) + "]");
        yield return ("tags", "rules: !!python/object/apply:os.system [ 'x' ]");
        yield return ("tag directives", Times("%TAG ! tag:x,2000:\n", 100_000));
        yield return ("long anchor", "rules: &" + new string('a', Line) + " x");
        yield return ("NUL and controls", "rules: \0\u0001\u0002" + Times("\u0000", 1_000));
        yield return ("lone surrogates", "rules: " + Times("\ud800", 1_000));
        yield return ("100,000 unknown keys", "rules:\n- id: x\n" + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"  k{i}: v\n")));
        yield return ("a list of no rules under another key", "other:\n" + Times("- { a: b }\n", Size / 11));
        yield return ("broken rules", "rules:\n" + Times("- { a: b }\n", Size / 11));
        yield return ("10,000 rules of one id", "rules:\n" + Times("- id: x\n", 10_000));
    }

    [Fact]
    public void T_17_Every_bomb_is_refused_early()
    {
        RuleFile.Parse("rules: [", "warm up", Catalog.Default).IsValid.Should().BeFalse();
        var failures = new List<string>();
        var cases = 0;
        var longest = TimeSpan.Zero;
        foreach (var (name, text) in Bombs())
        {
            cases++;
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = ThreadTime.Now;
            var result = RuleFile.Parse(text, "bomb", Catalog.Default);
            var took = ThreadTime.Now - start;
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            for (var again = 0; again < 2 && took > TimeLimit; again++)
            {
                start = ThreadTime.Now;
                _ = RuleFile.Parse(text, "bomb", Catalog.Default);
                var next = ThreadTime.Now - start;
                took = next < took ? next : took;
            }

            longest = took > longest ? took : longest;
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{took.TotalMilliseconds,6:F1} ms {allocated / 1024,6} KiB  {name}: {result.Errors[0].Message}");
            if (result.IsValid || result.Errors.Count > RuleErrors.Capacity || allocated > AllocationLimitBytes || took > TimeLimit)
            {
                failures.Add($"{name}: valid {result.IsValid}, {result.Errors.Count} errors, {allocated / 1024} KiB, {took.TotalMilliseconds:F1} ms");
            }
        }

        var line = $"T-17: {cases} cases, {failures.Count} failures, longest {longest.TotalMilliseconds:F0} ms of processor time";
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        Console.Out.WriteLine(line);
        string.Join("\n", failures).Should().BeEmpty();
    }

    [Fact]
    public void No_text_makes_the_parser_throw()
    {
        string[] pieces =
        [
            "rules:", "\n", " ", "  ", "- ", "id: ", "x", ": ", "\"", "'", "{", "}", "[", "]", ",", "#", "&a ", "*a", "!t ", "|", ">", "? ", "---", "...", "%", "\t", "\\",
            "title: ", "{ zh: 甲, en: A }", "kind: ", "gas-pipe", "quantity: ", "pressure", "when: ", "mean(60s)", "absent(1m)", "red: ", "\"> 480\"", "> 480", "== true",
            "fault: true", "hold: ", "10s", "clear: ", "{ deadband: 1 }", "basis: site", "\r", "\0", "\u2028", "\ud800", "1e999", "NaN", "-", "(", ")", "$a or ", "<<: ",
        ];
        Gen.Int[0, pieces.Length - 1].Array[0, 40].Sample(
            indexes =>
            {
                var text = string.Concat(indexes.Select(i => pieces[i]));
                var result = RuleFile.Parse(text, "f", Catalog.Default);
                return result.IsValid == (result.Errors.Count == 0) && result.Errors.All(e => e.Line > 0 && e.Column > 0 && !e.Message.Any(char.IsControl));
            },
            iter: 20_000);
    }
}
