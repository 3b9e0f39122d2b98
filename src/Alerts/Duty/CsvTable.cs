using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>A field of a row: its text and where it stands.</summary>
internal readonly record struct CsvCell(string Text, int Line, int Column);

/// <summary>A row by the names of its columns; a column that the file has not is empty and stands where the row begins.</summary>
internal sealed class CsvRecord(IReadOnlyDictionary<string, int> places, IReadOnlyList<CsvCell> cells)
{
    public CsvCell this[string column] => places.TryGetValue(column, out var place) ? cells[place] : new CsvCell("", cells[0].Line, cells[0].Column);
}

/// <summary>A comma-separated file with a header, read row by row; what is wrong is gathered with line and column. Threading: none.</summary>
/// <param name="reader">Read to its end.</param>
/// <param name="file">What errors call it.</param>
/// <param name="required">Columns that must be there.</param>
/// <param name="optional">Columns that may be there.</param>
internal sealed class CsvTable(TextReader reader, string file, IReadOnlyList<string> required, IReadOnlyList<string> optional)
{
    private readonly CsvRows rows = new(reader);
    private readonly Dictionary<string, int> places = new(StringComparer.Ordinal);

    public List<RegisterFileError> Errors { get; } = [];

    public bool IsFull => Errors.Count >= RegisterCsv.MaximumErrors;

    public void ReadAll(Action<CsvRecord> row)
    {
        if (!ReadHeader())
        {
            return;
        }

        while (!IsFull && rows.Read())
        {
            if (rows.Error.Length > 0)
            {
                Errors.Add(new RegisterFileError(file, rows.ErrorLine, rows.ErrorColumn, rows.Error));
            }
            else if (rows.Fields.Count != places.Count)
            {
                var last = Cell(rows.Fields[^1]);
                Fail(last, $"The row has {rows.Fields.Count} fields, the header {places.Count}.");
            }
            else
            {
                row(new CsvRecord(places, [.. rows.Fields.Select(Cell)]));
            }
        }
    }

    public void Fail(CsvCell at, string message)
    {
        if (!IsFull)
        {
            Errors.Add(new RegisterFileError(file, at.Line, at.Column, message));
        }
    }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<RegisterFileError> InOrder() => [.. Errors.OrderBy(e => e.Line).ThenBy(e => e.Column)];

    private bool ReadHeader()
    {
        if (!rows.Read() || rows.Error.Length > 0)
        {
            Errors.Add(rows.Error.Length > 0
                ? new RegisterFileError(file, rows.ErrorLine, rows.ErrorColumn, rows.Error)
                : new RegisterFileError(file, 1, 1, "The file is empty; its first row must name the columns."));
            return false;
        }

        string[] known = [.. required, .. optional];
        for (var i = 0; i < rows.Fields.Count; i++)
        {
            var cell = Cell(rows.Fields[i]);
            var name = cell.Text.Trim('\uFEFF');
            if (!known.Contains(name, StringComparer.Ordinal))
            {
                Fail(cell, $"{ErrorText.Quote(name)} is no column; {ErrorText.Expected(name, known)}");
            }
            else if (!places.TryAdd(name, i))
            {
                Fail(cell, $"The column '{name}' stands here twice.");
            }
        }

        Errors.AddRange(required.Where(r => !places.ContainsKey(r)).Select(r => new RegisterFileError(file, 1, 1, $"The column '{r}' is missing.")));
        return Errors.Count == 0;
    }

    private CsvCell Cell(CsvField field) => new(rows.Text(field).ToString(), field.Line, field.Column);
}
