using System.Globalization;
using System.Text.RegularExpressions;

namespace PingAnIoT.Rules;

/// <summary>Reads <c>during: { zone: Asia/Shanghai, mon-fri: "08:00-18:00" }</c>.</summary>
internal sealed partial class ScheduleReader(RuleErrors errors)
{
    private const string Example = "{ zone: Asia/Shanghai, mon-fri: \"08:00-18:00\" }";
    private const string DaysExpected = "daily, a day from mon to sun, or days such as mon-fri";

    [GeneratedRegex("^(?<h>[0-9]{2}):(?<m>[0-5][0-9]) *- *(?<toh>[0-9]{2}):(?<tom>[0-5][0-9])$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Range { get; }

    /// <returns>Null after a fault.</returns>
    public Schedule? Read(YamlNode node)
    {
        var before = errors.Count;
        if (node is not YamlMapping mapping)
        {
            errors.Add(node, $"'during' is {node.Describe()}; expected {Example}");
            return null;
        }

        YamlEntry? zone = null;
        var firsts = new int?[Schedule.Days.Count];
        var ranges = new List<WeekRange>();
        foreach (var entry in mapping.Entries)
        {
            if (entry.Key.Text == "zone")
            {
                CheckZone(entry, zone);
                zone ??= entry;
            }
            else if (DaysOf(entry.Key.Text) is not { } days)
            {
                errors.Add(entry.Key, $"unknown key {ErrorText.Quote(entry.Key.Text)} in during; expected zone, {DaysExpected}");
            }
            else if (days.FirstOrDefault(d => firsts[d] is not null, -1) is >= 0 and var again)
            {
                errors.Add(entry.Key, $"'{Schedule.Days[again]}' again in during; expected every day once (first on line {firsts[again]})");
            }
            else
            {
                days.ForEach(d => firsts[d] = entry.Key.Line);
                ReadTimes(entry, days, ranges);
            }
        }

        if (zone is null)
        {
            errors.Add(mapping, $"no 'zone' in during; expected {ZoneText.Expected}");
        }

        if (errors.Count == before && firsts.All(f => f is null))
        {
            errors.Add(mapping, $"no day in during; expected {DaysExpected}");
        }

        return errors.Count > before ? null : new Schedule(((YamlScalar)zone!.Value.Value).Text, Merge(ranges));
    }

    private void CheckZone(YamlEntry entry, YamlEntry? first)
    {
        if (first is not null)
        {
            errors.Add(entry.Key, $"key 'zone' again in during; expected it once (first on line {first.Value.Key.Line})");
        }
        else if (entry.Value is not YamlScalar { Text.Length: > 0 } scalar)
        {
            errors.Add(entry.Value, $"'zone' is {entry.Value.Describe()}; expected {ZoneText.Expected}");
        }
        else if (ZoneText.Find(scalar.Text) is null)
        {
            errors.Add(scalar, $"unknown zone {scalar.Describe()}; {ZoneText.Hint(scalar.Text)}");
        }
    }

    private static List<int>? DaysOf(string key)
    {
        if (key == "daily")
        {
            return [.. Enumerable.Range(0, 7)];
        }

        var parts = key.Split('-');
        int from = IndexOf(parts[0]), to = IndexOf(parts[^1]);
        return parts.Length > 2 || from < 0 || to < 0
            ? null
            : [.. Enumerable.Range(from, ((to - from + 7) % 7) + 1).Select(d => d % 7)];

        static int IndexOf(string day) => ((List<string>)[.. Schedule.Days]).IndexOf(day);
    }

    private void ReadTimes(YamlEntry entry, List<int> days, List<WeekRange> ranges)
    {
        const string expected = "times of day such as \"08:00-18:00\", several parted by ','";
        if (entry.Value is not YamlScalar { Text.Length: > 0 } scalar)
        {
            errors.Add(entry.Value, $"'{entry.Key.Text}' is {entry.Value.Describe()}; expected {expected}");
            return;
        }

        foreach (var part in scalar.Text.Split(',').Select(p => p.Trim()))
        {
            var match = Range.Match(part);
            var (from, to) = (MinutesOf(match, "h", "m"), MinutesOf(match, "toh", "tom"));
            if (!match.Success || from >= Schedule.MinutesPerDay || to > Schedule.MinutesPerDay)
            {
                errors.Add(scalar, $"'{entry.Key.Text}' is {scalar.Describe()}; expected {expected}");
                return;
            }

            if (from == to)
            {
                errors.Add(scalar, $"'{entry.Key.Text}' is {scalar.Describe()}; expected an end unlike the beginning (all day is 00:00-24:00)");
                return;
            }

            days.ForEach(d => Add(ranges, (d * Schedule.MinutesPerDay) + from, (d * Schedule.MinutesPerDay) + to + (to < from ? Schedule.MinutesPerDay : 0)));
        }
    }

    private static int MinutesOf(Match match, string hours, string minutes) => !match.Success
        ? 0
        : (int.Parse(match.Groups[hours].ValueSpan, CultureInfo.InvariantCulture) * 60) + int.Parse(match.Groups[minutes].ValueSpan, CultureInfo.InvariantCulture);

    /// <summary>What passes Sunday midnight is Monday's beginning.</summary>
    private static void Add(List<WeekRange> ranges, int from, int to)
    {
        ranges.Add(new WeekRange(from, Math.Min(to, Schedule.MinutesPerWeek)));
        if (to > Schedule.MinutesPerWeek)
        {
            ranges.Add(new WeekRange(0, to - Schedule.MinutesPerWeek));
        }
    }

    private static List<WeekRange> Merge(List<WeekRange> ranges)
    {
        var merged = new List<WeekRange>();
        foreach (var range in ranges.OrderBy(r => r.From).ThenBy(r => r.To))
        {
            if (merged.Count > 0 && range.From <= merged[^1].To)
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
