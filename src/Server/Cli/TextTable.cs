using System.Text;

namespace PingAnIoT.Server;

/// <summary>Rows under each other in a terminal: the first column to the left, the others to the right. What is Chinese is two columns wide.</summary>
internal sealed class TextTable
{
    private readonly List<string[]> rows = [];

    public void Add(params string[] row) => rows.Add(row);

    public IEnumerable<string> Lines()
    {
        var widths = Enumerable.Range(0, rows.Max(r => r.Length)).Select(i => rows.Where(r => r.Length > i).Max(r => Width(r[i]))).ToArray();
        foreach (var row in rows)
        {
            var cells = row.Select((cell, i) => i == 0 ? cell + Blanks(widths[i] - Width(cell)) : Blanks(widths[i] - Width(cell)) + cell);
            yield return string.Join("  ", cells).TrimEnd();
        }
    }

    private static string Blanks(int count) => new(' ', count);

    private static int Width(string text) => text.EnumerateRunes().Sum(r => IsWide(r) ? 2 : 1);

    private static bool IsWide(Rune rune) => rune.Value is (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3)
        or (>= 0xF900 and <= 0xFAFF) or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6) or (>= 0x20000 and <= 0x3FFFD);
}
