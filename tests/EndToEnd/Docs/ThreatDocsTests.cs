using System.Text.RegularExpressions;

namespace PingAnIoT.EndToEnd;

/// <summary>docs/threats.md names test classes that are there and print the line of the id they are named for.</summary>
public sealed partial class ThreatDocsTests
{
    private static readonly string[] Promised = ["T-01", "T-02", "T-03", "T-04", "T-05", "T-06", "T-07", "T-08", "T-09", "T-10", "T-11", "T-12", "T-13", "T-14", "T-15", "T-16", "T-17", "T-18", "T-19", "T-20", "T-23", "T-24", "T-25", "T-27"];
    private static readonly string Document = Repository.PathOf("docs", "threats.md");

    [Fact]
    public void Every_class_named_is_there_and_prints_the_line_of_its_id()
    {
        var wrong = new List<string>();
        foreach (var (id, name, path) in Rows())
        {
            var file = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Document)!, path));
            var text = File.Exists(file) ? File.ReadAllText(file) : "";
            if (!text.Contains($"class {name}", StringComparison.Ordinal))
            {
                wrong.Add($"{id}: no class {name} in {path}");
            }
            else if (!text.Contains($"(\"{id}\", ", StringComparison.Ordinal) && !text.Contains($"\"{id}: ", StringComparison.Ordinal))
            {
                wrong.Add($"{id}: {name} does not print its line");
            }
        }

        wrong.Should().BeEmpty();
    }

    [Fact]
    public void Every_threat_promised_has_a_row_and_its_project_is_in_the_solution()
    {
        Rows().Select(r => r.Id).Distinct(StringComparer.Ordinal).Should().BeEquivalentTo(Promised);
        var solution = File.ReadAllText(Repository.PathOf("PingAnIoT.sln"));
        Rows().Select(r => r.Path.Split('/')[2]).Distinct(StringComparer.Ordinal).Should().OnlyContain(p => solution.Contains($"\"{p}\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_variable_named_is_read_by_a_test()
    {
        var sources = Directory.GetFiles(Repository.PathOf("tests"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText).ToList();
        var named = Variable().Matches(File.ReadAllText(Document)).Select(m => m.Value).Distinct(StringComparer.Ordinal).ToList();
        named.Should().NotBeEmpty();
        named.Where(v => !sources.Exists(s => s.Contains($"GetEnvironmentVariable(\"{v}\")", StringComparison.Ordinal))).Should().BeEmpty();
    }

    private static List<(string Id, string Name, string Path)> Rows() =>
        [.. Row().Matches(File.ReadAllText(Document)).Select(m => (m.Groups[1].Value, m.Groups[2].Value, m.Groups[3].Value))];

    [GeneratedRegex(@"^\| (T-\d\d) \|[^|\n]*\| \[(\w+)\]\(([^)]+)\) \|", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Row();

    [GeneratedRegex("PINGAN_[A-Z_]+", RegexOptions.CultureInvariant)]
    private static partial Regex Variable();
}
