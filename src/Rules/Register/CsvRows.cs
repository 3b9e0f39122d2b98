namespace PingAnIoT.Rules;

/// <summary>One field of a row, and where it stands in the file.</summary>
internal readonly record struct CsvField(int Start, int Length, int Line, int Column);

/// <summary>
/// Rows of a comma-separated file (RFC 4180: fields may be quoted, quotes inside are doubled, a quoted field may hold line breaks).
/// Lines end with LF or CRLF. The row read last lies in a buffer that is used again. Threading: none.
/// </summary>
internal sealed class CsvRows(TextReader reader)
{
    /// <summary>Longest row, in characters: a quote that was never closed must not read the whole file in.</summary>
    public const int MaximumRowChars = 64 * 1024;

    private const int EndOfFile = -1;
    private readonly char[] input = new char[32 * 1024];
    private readonly List<CsvField> fields = [];
    private char[] row = new char[1024];
    private int rowLength;
    private int inputLength;
    private int inputAt;
    private int line = 1;
    private int column = 1;

    public IReadOnlyList<CsvField> Fields => fields;

    /// <summary>What is wrong with the row read last; empty when nothing is. After an error the rest of its line is skipped.</summary>
    public string Error { get; private set; } = "";

    public int ErrorLine { get; private set; }

    public int ErrorColumn { get; private set; }

    public ReadOnlySpan<char> Text(CsvField field) => row.AsSpan(field.Start, field.Length);

    /// <returns>False at the end of the file. Empty lines are passed over.</returns>
    public bool Read()
    {
        fields.Clear();
        rowLength = 0;
        Error = "";
        while (Peek() is '\n' or '\r')
        {
            Take();
        }

        if (Peek() == EndOfFile)
        {
            return false;
        }

        while (ReadField())
        {
        }

        if (Error.Length > 0)
        {
            while (Peek() is not ('\n' or EndOfFile))
            {
                Take();
            }
        }

        return true;
    }

    /// <returns>True when another field follows.</returns>
    private bool ReadField()
    {
        var start = rowLength;
        var (fieldLine, fieldColumn) = (line, column);
        if (Peek() == '"')
        {
            ReadQuoted(fieldLine, fieldColumn);
        }
        else
        {
            ReadBare();
        }

        fields.Add(new CsvField(start, rowLength - start, fieldLine, fieldColumn));
        if (Error.Length > 0)
        {
            return false;
        }

        switch (Peek())
        {
            case ',':
                Take();
                return true;
            case '\n':
            case '\r':
            case EndOfFile:
                return false;
            default:
                Fail("Expected a comma or the end of the line after a closing quote.", line, column);
                return false;
        }
    }

    private void ReadBare()
    {
        while (Peek() is var next and not (',' or '\n' or '\r' or EndOfFile))
        {
            if (next == '"')
            {
                Fail("A quote inside a field that does not begin with one; put the whole field in quotes and double this one.", line, column);
                return;
            }

            if (!Append())
            {
                return;
            }
        }
    }

    private void ReadQuoted(int fieldLine, int fieldColumn)
    {
        Take();
        while (true)
        {
            switch (Peek())
            {
                case EndOfFile:
                    Fail("This quote is never closed.", fieldLine, fieldColumn);
                    return;
                case '"':
                    Take();
                    if (Peek() != '"')
                    {
                        return;
                    }

                    break;
            }

            if (!Append())
            {
                return;
            }
        }
    }

    private bool Append()
    {
        if (rowLength == MaximumRowChars)
        {
            Fail($"The row is longer than {MaximumRowChars} characters.", line, column);
            return false;
        }

        if (rowLength == row.Length)
        {
            Array.Resize(ref row, row.Length * 2);
        }

        row[rowLength++] = (char)Take();
        return true;
    }

    private void Fail(string message, int atLine, int atColumn) =>
        (Error, ErrorLine, ErrorColumn) = (message, atLine, atColumn);

    private int Peek() => inputAt < inputLength || Fill() ? input[inputAt] : EndOfFile;

    private int Take()
    {
        var taken = input[inputAt++];
        if (taken == '\n')
        {
            line++;
            column = 1;
        }
        else
        {
            column++;
        }

        return taken;
    }

    private bool Fill()
    {
        inputAt = 0;
        inputLength = reader.Read(input, 0, input.Length);
        return inputLength > 0;
    }
}
