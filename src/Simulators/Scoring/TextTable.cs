using System.Globalization;
using System.Text;

namespace PingAnIoT.Simulators;

/// <summary>Plain text in columns: the first to the left, the others to the right, each as wide as its widest cell.</summary>
internal sealed class TextTable(params string[] head)
{
    public const int MostColumns = 100;
    private const int MostFirst = 34;
    private readonly List<string[]> rows = [];

    public void Add(params string[] cells) => rows.Add([Cut(cells[0], MostFirst), .. cells[1..]]);

    public void Write(StringBuilder into)
    {
        var widths = head.Select((h, i) => rows.Select(r => Width(r[i])).Append(Width(h)).Max()).ToArray();
        foreach (var row in rows.Prepend(head))
        {
            var line = new StringBuilder("  ");
            for (var i = 0; i < row.Length; i++)
            {
                var blanks = new string(' ', widths[i] - Width(row[i]));
                line.Append(i == 0 ? "" : "  ").Append(i == 0 ? row[i] + blanks : blanks + row[i]);
            }

            into.AppendLine(Cut(line.ToString().TrimEnd(), MostColumns));
        }
    }

    /// <summary>At most so many columns, without anything that could steer a terminal.</summary>
    public static string Cut(string text, int most)
    {
        var cut = new StringBuilder();
        var width = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var shown = Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator ? Rune.ReplacementChar : rune;
            width += Width(shown);
            if (width > most)
            {
                while (cut.Length > 0 && Width(cut.ToString()) > most - 1)
                {
                    cut.Length -= char.IsLowSurrogate(cut[^1]) ? 2 : 1;
                }

                return cut.Append('…').ToString();
            }

            cut.Append(shown);
        }

        return cut.ToString();
    }

    /// <summary>Columns of a terminal: two for what is written in Chinese squares.</summary>
    public static int Width(string text)
    {
        var width = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            width += Width(rune);
        }

        return width;
    }

    private static int Width(Rune rune) => rune.Value is >= 0x1100 and <= 0x115F or >= 0x2E80 and <= 0xA4CF or >= 0xAC00 and <= 0xD7A3
        or >= 0xF900 and <= 0xFAFF or >= 0xFE30 and <= 0xFE6F or >= 0xFF00 and <= 0xFF60 or >= 0xFFE0 and <= 0xFFE6 or >= 0x1F300 and <= 0x1F64F
        or >= 0x20000 and <= 0x3FFFD ? 2 : 1;
}
