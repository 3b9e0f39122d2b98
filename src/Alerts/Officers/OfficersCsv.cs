using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>Either the officers or what is wrong: a bad text is refused whole.</summary>
internal sealed record OfficersFileResult(IReadOnlyList<(OfficerRecord Officer, CsvCell At)>? Officers, IReadOnlyList<RegisterFileError> Errors);

/// <summary>
/// Officers as a comma-separated text. The first row names the columns, in any order: <c>name</c> and <c>role</c> (several parted by blanks), and as wanted
/// <c>zh</c>, <c>en</c>, <c>territory</c> and <c>disabled</c> (<c>true</c> or empty). Passwords are never in it.
/// </summary>
internal sealed class OfficersCsv
{
    private static readonly (string Word, OfficerRoles Role)[] Roles =
        [("officer", OfficerRoles.Officer), ("supervisor", OfficerRoles.Supervisor), ("operator", OfficerRoles.Operator), ("auditor", OfficerRoles.Auditor)];

    private readonly TerritoryTree tree;
    private readonly Officer reader;
    private readonly CsvTable table;
    private readonly List<(OfficerRecord Officer, CsvCell At)> officers = [];
    private readonly Dictionary<string, int> lines = new(StringComparer.Ordinal);

    private OfficersCsv(string text, string file, TerritoryTree tree, Officer reader)
    {
        this.reader = reader;
        this.tree = tree;
        table = new CsvTable(new StringReader(text), file, ["name", "role"], ["zh", "en", "territory", "disabled"]);
    }

    /// <param name="text">All of it.</param>
    /// <param name="file">What errors call it.</param>
    /// <param name="tree">Which territories there are.</param>
    /// <param name="reader">Who is told of errors: no name of a place that is not his is in them.</param>
    public static OfficersFileResult Read(string text, string file, TerritoryTree tree, Officer reader)
    {
        var reading = new OfficersCsv(text, file, tree, reader);
        reading.table.ReadAll(reading.Row);
        return reading.table.Errors.Count > 0 ? new OfficersFileResult(null, reading.table.InOrder()) : new OfficersFileResult(reading.officers, []);
    }

    private void Row(CsvRecord row)
    {
        var (name, role, territory, disabled) = (row["name"], row["role"], row["territory"], row["disabled"]);
        if (!OfficerName.IsValid(name.Text))
        {
            table.Fail(name, $"{ErrorText.Quote(name.Text)} is no name of an officer: {OfficerName.Rule}.");
        }
        else if (!lines.TryAdd(name.Text, name.Line))
        {
            table.Fail(name, $"The officer stands in line {lines[name.Text]} already.");
        }

        var roles = OfficerRoles.None;
        var words = role.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        foreach (var word in words)
        {
            var known = Array.Find(Roles, r => r.Word == word).Role;
            roles |= known;
            if (known == OfficerRoles.None)
            {
                table.Fail(role, $"{ErrorText.Quote(word)} is no role; {ErrorText.Expected(word, Roles.Select(r => r.Word))}");
            }
        }

        if (words.Length == 0)
        {
            table.Fail(role, "An officer has one role or more: officer, supervisor, operator, auditor.");
        }

        if (!TerritoryPath.IsValid(territory.Text))
        {
            table.Fail(territory, TerritoryPath.Rule);
        }
        else if (DutyRequest.Has(reader, territory.Text) && !tree.Knows(territory.Text))
        {
            table.Fail(territory, $"There is no territory {ErrorText.Quote(territory.Text)}{(NearestName.Find(territory.Text, tree.All.Select(t => t.Path).Where(p => DutyRequest.Has(reader, p))) is { } near ? $"; did you mean '{near}'?" : ".")}");
        }

        if (disabled.Text is not ("" or "true" or "false"))
        {
            table.Fail(disabled, $"{ErrorText.Quote(disabled.Text)} is neither true nor false.");
        }

        foreach (var title in new[] { row["zh"], row["en"] }.Where(t => OfficerBookCommands.Unprintable(t.Text)))
        {
            table.Fail(title, "The names for people are at most 64 printable characters.");
        }

        officers.Add((new OfficerRecord(name.Text, row["zh"].Text, row["en"].Text, roles, territory.Text, disabled.Text == "true"), name));
    }
}
