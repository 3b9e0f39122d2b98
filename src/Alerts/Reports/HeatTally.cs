using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>Alerts by territory, kind and hour, as lives are added. Its memory grows with the cells that are not empty, which have a bound.</summary>
/// <param name="level">How many codes of a territory are told apart, 1 to 4.</param>
/// <param name="byDay">Hours of the day, not of the week.</param>
internal sealed class HeatTally(int level, bool byDay)
{
    /// <summary>Most cells that are not empty.</summary>
    public const int MostCells = 50_000;

    /// <summary>Red, yellow, green and fault, in this order.</summary>
    public SortedDictionary<(string Territory, string Kind, int Hour), long[]> Cells { get; } = new(Comparer<(string Territory, string Kind, int Hour)>.Create(Compare));

    /// <exception cref="ReportTooWideException">There are too many cells.</exception>
    public void Add(Life life)
    {
        var alert = life.Alert!;
        var column = alert.PeakColour switch
        {
            Severity.Red => 0,
            Severity.Yellow => 1,
            Severity.Green => 2,
            _ => 3,
        };
        foreach (var hour in life.Hours)
        {
            var key = (PlaceText.Cut(alert.Territory, level), alert.Kind, byDay ? hour % 24 : hour);
            if (!Cells.TryGetValue(key, out var cell))
            {
                cell = Cells.Count < MostCells
                    ? Cells[key] = new long[4]
                    : throw new ReportTooWideException($"It has more than {MostCells} cells; ask for hours of the day, a wider level, or one territory.");
            }

            cell[column]++;
        }
    }

    private static int Compare((string Territory, string Kind, int Hour) a, (string Territory, string Kind, int Hour) b) =>
        string.CompareOrdinal(a.Territory, b.Territory) is var t and not 0 ? t
        : string.CompareOrdinal(a.Kind, b.Kind) is var k and not 0 ? k
        : a.Hour.CompareTo(b.Hour);
}
