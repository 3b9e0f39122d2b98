using System.Globalization;

namespace PingAnIoT.Rules;

/// <summary>Reads the list in <c>code(1-8, 40)</c>.</summary>
internal static class CodesText
{
    public const string Expected = "whole numbers and ranges of them, such as 1-8, 40";

    /// <returns>In order, those that touch made one; empty after a fault.</returns>
    public static IReadOnlyList<CodeRange> Read(string inside, YamlScalar when, RuleErrors errors)
    {
        var ranges = new List<CodeRange>();
        foreach (var part in inside.Split(',').Select(p => p.Trim()))
        {
            var dash = part.IndexOf('-');
            if (!int.TryParse(dash < 0 ? part : part[..dash].TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var from)
                || !int.TryParse(part[(dash + 1)..].TrimStart(), NumberStyles.None, CultureInfo.InvariantCulture, out var to))
            {
                errors.Add(when, $"code of {(part.Length == 0 ? "nothing" : ErrorText.Quote(part))}; expected {Expected}");
                return [];
            }

            if (to < from)
            {
                errors.Add(when, $"code of {ErrorText.Quote(part)}; expected the lesser code first");
                return [];
            }

            ranges.Add(new CodeRange(from, to));
        }

        return Merge(ranges);
    }

    private static List<CodeRange> Merge(IEnumerable<CodeRange> ranges)
    {
        var merged = new List<CodeRange>();
        foreach (var range in ranges.OrderBy(r => r.From).ThenBy(r => r.To))
        {
            if (merged.Count > 0 && range.From <= merged[^1].To + 1L)
            {
                merged[^1] = merged[^1] with { To = Math.Max(merged[^1].To, range.To) };
            }
            else
            {
                merged.Add(range);
            }
        }

        return merged;
    }
}
