namespace PingAnIoT.Rules.Tests;

/// <summary>Reads <c>rule-file-errors.txt</c>: a change to the base rule and the errors it must give.</summary>
internal static class ErrorTable
{
    private const string Arrow = " => ";
    private const string Separator = " ;; ";

    private static readonly string[] Base =
    [
        "rules:", "  - id: r", "    title: { zh: 甲, en: A }", "    kind: gas-pipe", "    quantity: pressure", "    when: mean(60s)",
        "    red: \"> 480\"", "    basis: site",
    ];

    public static IEnumerable<(string Change, string Expected)> Rows() =>
        from line in Resources.Text("rule-file-errors.txt").Split('\n')
        where line.Length > 0 && line[0] != '#'
        let arrow = line.IndexOf(Arrow, StringComparison.Ordinal)
        select arrow < 0 ? (line.TrimEnd(), "") : (line[..arrow].TrimEnd(), line[(arrow + Arrow.Length)..].Trim());

    /// <summary>The base rule with the changes made.</summary>
    public static string Apply(string change)
    {
        var lines = Base.ToList();
        foreach (var edit in change.Split(Separator))
        {
            var remove = edit.StartsWith('-');
            var key = (remove ? edit[1..] : edit).Split(':')[0];
            var at = lines.FindIndex(0, Base.Length, l => l.Length > 4 && l[4..].StartsWith(key + ":", StringComparison.Ordinal));
            if (remove)
            {
                lines[at] = key == "id" ? "  - # id" : "    # " + key;
            }
            else if (at >= 0)
            {
                lines[at] = (key == "id" ? "  - " : "    ") + edit;
            }
            else
            {
                lines.Add("    " + edit);
            }
        }

        return string.Join('\n', lines) + "\n";
    }

    public static string Actual(string change) =>
        string.Join(Separator, RuleFile.Parse(Apply(change), "f", Catalog.Default).Errors.Select(e => $"{e.Line}:{e.Column}: {e.Message}"));
}
