using System.Globalization;

namespace PingAnIoT.Rules;

/// <summary>Either set-points or what is wrong: a bad file is refused whole.</summary>
public sealed record SetPointsFileResult(SharedSetPoints? SetPoints, IReadOnlyList<RegisterFileError> Errors)
{
    public bool IsValid => SetPoints is not null;
}

/// <summary>
/// Set-points of territories and owner units as a comma-separated file. The first row names the columns, in any order: <c>scope</c>
/// (<c>territory</c> or <c>owner</c>), <c>code</c> (of the territory as the register writes it, from the district down as far as it is meant; the
/// owner unit's name), <c>name</c> (of the set-point) and <c>value</c>.
/// </summary>
public sealed class SetPointsCsv
{
    private static readonly string[] Columns = ["scope", "code", "name", "value"];

    private readonly SharedSetPoints setPoints = new();
    private readonly List<RegisterFileError> errors = [];
    private readonly Dictionary<(SetPointScope Scope, string Code, string Name), int> firstLines = [];
    private readonly CsvRows rows;
    private readonly string file;

    // Where each of Columns stands in this file.
    private readonly int[] places = new int[4];

    private SetPointsCsv(TextReader reader, string file)
    {
        rows = new CsvRows(reader);
        this.file = file;
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="reader">Read to its end.</param>
    /// <param name="file">What errors call it.</param>
    public static SetPointsFileResult Read(TextReader reader, string file)
    {
        var reading = new SetPointsCsv(reader, file);
        if (reading.ReadHeader())
        {
            reading.ReadRows();
        }

        return reading.errors.Count > 0 ? new SetPointsFileResult(null, reading.errors) : new SetPointsFileResult(reading.setPoints, []);
    }

    private bool ReadHeader()
    {
        Array.Fill(places, -1);
        if (!rows.Read())
        {
            errors.Add(new RegisterFileError(file, 1, 1, "The file is empty; its first row must name the columns."));
            return false;
        }

        if (rows.Error.Length > 0)
        {
            errors.Add(new RegisterFileError(file, rows.ErrorLine, rows.ErrorColumn, rows.Error));
            return false;
        }

        for (var i = 0; i < rows.Fields.Count; i++)
        {
            var name = rows.Text(rows.Fields[i]).Trim('\uFEFF').ToString();
            var column = Array.IndexOf(Columns, name);
            if (column < 0)
            {
                Fail(rows.Fields[i], $"'{name}' is no column; there are {string.Join(", ", Columns)}.");
            }
            else if (places[column] >= 0)
            {
                Fail(rows.Fields[i], $"The column '{name}' stands here twice.");
            }
            else
            {
                places[column] = i;
            }
        }

        errors.AddRange(Columns.Where((_, i) => places[i] < 0).Select(name => new RegisterFileError(file, 1, 1, $"The column '{name}' is missing.")));
        return errors.Count == 0;
    }

    private void ReadRows()
    {
        while (errors.Count < RegisterCsv.MaximumErrors && rows.Read())
        {
            if (rows.Error.Length > 0)
            {
                errors.Add(new RegisterFileError(file, rows.ErrorLine, rows.ErrorColumn, rows.Error));
            }
            else if (rows.Fields.Count != Columns.Length)
            {
                Fail(rows.Fields[^1], $"The row has {rows.Fields.Count} fields, the header {Columns.Length}.");
            }
            else
            {
                ReadRow(rows.Fields[places[0]], rows.Fields[places[1]], rows.Fields[places[2]], rows.Fields[places[3]]);
            }
        }
    }

    private void ReadRow(CsvField scope, CsvField code, CsvField name, CsvField value)
    {
        var before = errors.Count;
        var (codeText, nameText) = (rows.Text(code).ToString(), rows.Text(name).ToString());
        SetPointScope? of = rows.Text(scope) switch { "territory" => SetPointScope.Territory, "owner" => SetPointScope.Owner, _ => null };
        if (of is null)
        {
            Fail(scope, $"'{rows.Text(scope)}' is no scope; there are territory and owner.");
        }

        if (codeText.Length == 0 || (of == SetPointScope.Territory && codeText.Split('/').Contains("")))
        {
            Fail(code, of == SetPointScope.Owner ? "An owner unit needs its name." : $"'{codeText}' is not the code of a territory, such as d01/s03.");
        }

        if (!DeviceRegister.IsValidName(nameText))
        {
            Fail(name, $"'{nameText}' is not the name of a set-point.");
        }

        if (!double.TryParse(rows.Text(value), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
        {
            Fail(value, $"'{rows.Text(value)}' is not a finite number.");
        }

        if (errors.Count > before)
        {
            return;
        }

        if (!firstLines.TryAdd((of!.Value, codeText, nameText), scope.Line))
        {
            Fail(name, $"The set-point stands in line {firstLines[(of.Value, codeText, nameText)]} already.");
            return;
        }

        setPoints.TryAdd(of.Value, codeText, nameText, number);
    }

    private void Fail(CsvField field, string message) => errors.Add(new RegisterFileError(file, field.Line, field.Column, message));
}
