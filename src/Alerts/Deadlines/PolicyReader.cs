using System.Globalization;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>From the YAML tree of one file to the policy; what is wrong goes to the errors, and reading goes on.</summary>
internal sealed class PolicyReader(RuleErrors errors, string text, string fileName)
{
    private const string DayExpected = "a day such as 2026-10-01";
    private const string HoursExpected = "hours such as 08:30-12:00";
    private static readonly string[] Colours = ["red", "yellow", "green", "fault"];
    private static readonly string[] Units = [.. Enum.GetNames<ChainUnit>().Select(n => n.ToLowerInvariant()).Reverse()];
    private static readonly string[] DayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    private static readonly string[] Kinds = [.. Catalog.Default.Kinds.Select(k => k.Name), SystemAlerts.Kind];
    private readonly PolicyRuleReader rules = new(errors);

    public DeadlinePolicy Read(YamlMapping mapping)
    {
        var fields = new RuleFields(mapping, "a policy", ["zone", "working", "chain", "shelve", "out_of_service", "incidents", "flapping", "deadlines", "kinds"], errors);
        var calendar = Calendar(fields);
        var chain = fields.Optional("chain") is null ? DeadlineRule.DefaultChain : rules.Names<ChainUnit>(fields, "chain", Units);
        var all = new List<DeadlineRule>();
        if (fields.Required("deadlines", "the colours, each with its steps") is { } general)
        {
            ReadColours(general, "deadlines", null, chain, all);
        }

        if (AsMapping(fields.Optional("kinds"), "kinds") is { } kinds)
        {
            foreach (var (key, value) in new RuleFields(kinds, "'kinds'", Kinds, errors).Known)
            {
                ReadColours(value, key.Text, key.Text, chain, all);
            }
        }

        var storms = new StormReader(errors, rules);
        var (within, afterGateway) = storms.Incidents(AsMapping(fields.Optional("incidents"), "incidents"));
        return new DeadlinePolicy(all, calendar, Longest(fields, "shelve"))
        {
            Text = text, FileName = fileName, OutOfService = Longest(fields, "out_of_service"), IncidentWithin = within, AfterGateway = afterGateway,
            Flapping = storms.Flapping(AsMapping(fields.Optional("flapping"), "flapping")),
        };
    }

    private void ReadColours(YamlNode node, string owner, string? kind, IReadOnlyList<ChainUnit> chain, List<DeadlineRule> all)
    {
        if (AsMapping(node, owner) is not { } colours)
        {
            return;
        }

        foreach (var (key, value) in new RuleFields(colours, $"'{owner}'", Colours, errors).Known)
        {
            if (AsMapping(value, key.Text) is { } steps)
            {
                all.AddRange(rules.Read(steps, Enum.Parse<Severity>(key.Text, ignoreCase: true), kind, chain));
            }
        }
    }

    /// <summary>By colour.</summary>
    private Dictionary<Severity, TimeSpan> Longest(RuleFields fields, string what)
    {
        var longest = new Dictionary<Severity, TimeSpan>();
        if (AsMapping(fields.Optional(what), what) is { } mapping)
        {
            foreach (var (key, value) in new RuleFields(mapping, $"'{what}'", Colours, errors).Known)
            {
                longest[Enum.Parse<Severity>(key.Text, ignoreCase: true)] = rules.Time(value, key.Text);
            }
        }

        return longest;
    }

    private WorkCalendar Calendar(RuleFields fields)
    {
        var zone = fields.OptionalText("zone", ZoneText.Expected);
        var found = zone is null ? TimeZoneInfo.Utc : ZoneText.Find(zone.Text);
        if (found is null)
        {
            errors.Add(zone!, $"there is no zone {ErrorText.Quote(zone!.Text)}; {ZoneText.Hint(zone.Text)}");
        }

        var calendar = WorkCalendar.Always with { Zone = found ?? TimeZoneInfo.Utc };
        if (AsMapping(fields.Optional("working"), "working") is not { } mapping)
        {
            return calendar;
        }

        var working = new RuleFields(mapping, "'working'", ["days", "hours", "holidays", "workdays"], errors);
        var days = working.Optional("days") is null
            ? calendar.Days
            : rules.Texts(working, "days").Where(d => rules.IsOneOf(d, "day", DayNames))
                .Select(d => (DayOfWeek)((Array.IndexOf(DayNames, d.Text) + 1) % 7)).ToHashSet();
        if (days.Count == 0)
        {
            errors.Add(working.Optional("days")!, "no day is worked; expected at least one");
        }

        return calendar with
        {
            Days = days, Hours = Hours(working), Holidays = DaysOf(working, "holidays"), Workdays = DaysOf(working, "workdays"),
        };
    }

    private List<(TimeOnly From, TimeOnly To)> Hours(RuleFields working)
    {
        var hours = new List<(TimeOnly From, TimeOnly To)>();
        foreach (var span in rules.Texts(working, "hours"))
        {
            if (span.Text.Split('-') is [var from, var to]
                && TimeOnly.TryParseExact(from.Trim(), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var begin)
                && TimeOnly.TryParseExact(to.Trim(), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var end)
                && begin < end)
            {
                if (hours.Count > 0 && begin <= hours[^1].To)
                {
                    errors.Add(span, $"{ErrorText.Quote(span.Text)} is not after the hours before it; expected them in order");
                }

                hours.Add((begin, end));
            }
            else
            {
                errors.Add(span, $"hours are {ErrorText.Quote(span.Text)}; expected {HoursExpected}");
            }
        }

        return hours;
    }

    private HashSet<DateOnly> DaysOf(RuleFields working, string key)
    {
        var days = new HashSet<DateOnly>();
        foreach (var day in rules.Texts(working, key))
        {
            if (DateOnly.TryParseExact(day.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            {
                days.Add(date);
            }
            else
            {
                errors.Add(day, $"'{key}' has {ErrorText.Quote(day.Text)}; expected {DayExpected}");
            }
        }

        return days;
    }

    private YamlMapping? AsMapping(YamlNode? node, string key)
    {
        if (node is null or YamlMapping)
        {
            return (YamlMapping?)node;
        }

        errors.Add(node, $"'{key}' is {node.Describe()}; expected a mapping");
        return null;
    }
}
