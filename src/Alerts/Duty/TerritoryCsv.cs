using System.Text;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>Either the territories or what is wrong: a bad file is refused whole.</summary>
public sealed record TerritoryFileResult(TerritoryTree? Tree, IReadOnlyList<RegisterFileError> Errors);

/// <summary>
/// Territories as a comma-separated file. The first row names the columns, in any order: <c>path</c> (e.g. <c>d01/s03</c>), <c>zh</c>, <c>en</c> (its
/// names), and <c>neighbours</c> (paths parted by blanks; without any the others of the same parent). A territory's parent has a row, too, anywhere.
/// </summary>
public sealed class TerritoryCsv
{
    public const int MostTerritories = 100_000;
    private const int NameLimit = 64;
    private readonly CsvTable table;
    private readonly Dictionary<string, (Territory Territory, CsvCell Path, CsvCell Neighbours)> rows = new(StringComparer.Ordinal);

    private TerritoryCsv(TextReader reader, string file) => table = new CsvTable(reader, file, ["path"], ["zh", "en", "neighbours"]);

    /// <summary>Reads a whole file.</summary>
    public static TerritoryFileResult Read(TextReader reader, string file)
    {
        var reading = new TerritoryCsv(reader, file);
        reading.table.ReadAll(reading.Row);
        reading.CheckTree();
        return reading.table.Errors.Count > 0
            ? new TerritoryFileResult(null, reading.table.InOrder())
            : new TerritoryFileResult(new TerritoryTree([.. reading.rows.Values.Select(r => r.Territory)]), []);
    }

    private void Row(CsvRecord row)
    {
        var (path, neighbours) = (row["path"], row["neighbours"]);
        var isValid = path.Text.Length > 0 && TerritoryPath.IsValid(path.Text);
        if (!isValid)
        {
            table.Fail(path, $"{ErrorText.Quote(path.Text)} is no path of a territory: up to 4 codes of [A-Za-z0-9._-], joined by '/', e.g. d01/s03.");
        }

        foreach (var name in new[] { row["zh"], row["en"] }.Where(n => IsWrongName(n.Text)))
        {
            table.Fail(name, "A name is at most 64 printable characters.");
        }

        if (!isValid)
        {
            return;
        }

        var territory = new Territory(
            path.Text, row["zh"].Text, row["en"].Text, [.. neighbours.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)]);
        if (!rows.TryAdd(path.Text, (territory, path, neighbours)))
        {
            table.Fail(path, $"The territory stands in line {rows[path.Text].Path.Line} already.");
        }
        else if (rows.Count > MostTerritories)
        {
            table.Fail(path, $"There are more than {MostTerritories} territories.");
        }
    }

    private void CheckTree()
    {
        foreach (var (territory, path, neighbours) in rows.Values)
        {
            if (TerritoryPath.Parent(territory.Path) is { Length: > 0 } parent && !rows.ContainsKey(parent))
            {
                table.Fail(path, $"Its parent '{parent}' has no row.{Nearest(parent)}");
            }

            foreach (var neighbour in territory.Neighbours)
            {
                if (neighbour == territory.Path)
                {
                    table.Fail(neighbours, "A territory is no neighbour of itself.");
                }
                else if (!rows.ContainsKey(neighbour))
                {
                    table.Fail(neighbours, $"The neighbour {ErrorText.Quote(neighbour)} has no row.{Nearest(neighbour)}");
                }
            }
        }
    }

    private string Nearest(string path) => table.IsFull ? "" : NearestName.Find(path, rows.Keys) is { } near ? $" Did you mean '{near}'?" : "";

    private static bool IsWrongName(string name) =>
        name.Length > NameLimit || name.EnumerateRunes().Any(r => Rune.IsControl(r) || r == Rune.ReplacementChar);
}
