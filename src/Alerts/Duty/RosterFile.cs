using System.Globalization;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>What a roster file says, or all that is wrong with it.</summary>
public sealed record RosterFileResult(RosterRecord? Roster, IReadOnlyList<RuleFileError> Errors);

/// <summary>Reads a roster as people write it (docs/duty.md). Pure: text in, roster or errors out.</summary>
public static class RosterFile
{
    public static RosterFileResult Parse(string text, string fileName)
    {
        var (roster, wrong) = YamlFile.Read(text, fileName, "territory, zone, start, shifts and teams", (errors, mapping) => new Reader(errors).Read(mapping));
        return new RosterFileResult(roster, wrong);
    }

    private sealed class Reader(RuleErrors errors)
    {
        private static readonly string[] Days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

        public RosterRecord? Read(YamlMapping mapping)
        {
            var before = errors.Count;
            var fields = new RuleFields(mapping, "a roster", ["territory", "role", "zone", "start", "rotate", "swaps", "shifts", "teams"], errors);
            var territory = fields.OptionalText("territory", "a territory such as d01/s03");
            var role = OneOf(fields, "role", ["officer", "supervisor"]);
            var zone = fields.RequiredText("zone", ZoneText.Expected);
            if (zone is not null && ZoneText.Find(zone.Text) is null)
            {
                errors.Add(zone, $"there is no time zone {ErrorText.Quote(zone.Text)}; {ZoneText.Hint(zone.Text)}");
            }

            var start = Start(fields);
            var rotate = OneOf(fields, "rotate", ["day", "week"]);
            var swaps = OneOf(fields, "swaps", ["agreed", "approved"]);
            var teams = Sequence(fields, "teams").Select(Team).ToList();
            var shifts = Sequence(fields, "shifts").Select((n, i) => Shift(n, i, teams.Count)).OfType<ShiftRecord>().ToList();
            if (teams.Count == 0 || shifts.Count == 0)
            {
                errors.Add(mapping, "a roster without shifts or without teams; expected one of each at least");
            }

            return errors.Count > before ? null : new RosterRecord
            {
                Territory = territory?.Text.Trim('/') ?? "", Role = role == "supervisor" ? OfficerRoles.Supervisor : OfficerRoles.Officer, Zone = zone!.Text,
                Start = start, RotateDays = rotate == "week" ? 7 : 1, SwapsNeedApproval = swaps == "approved", Shifts = shifts, Teams = teams,
            };
        }

        private DateOnly Start(RuleFields fields)
        {
            const string Expected = "a day such as 2026-11-23";
            var start = fields.RequiredText("start", Expected);
            if (start is null || DateOnly.TryParseExact(start.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 2000 and <= 2200)
            {
                return start is null ? default : DateOnly.ParseExact(start.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
            }

            errors.Add(start, $"start is {ErrorText.Quote(start.Text)}; expected {Expected}");
            return default;
        }

        private ShiftRecord? Shift(YamlNode node, int place, int teams)
        {
            if (node is not YamlMapping mapping)
            {
                errors.Add(node, $"found {node.Describe()} in 'shifts'; expected a mapping with name, from and to");
                return null;
            }

            var before = errors.Count;
            var fields = new RuleFields(mapping, "a shift", ["name", "from", "to", "days", "team"], errors);
            var name = fields.RequiredText("name", "a name");
            if (name?.Text.Length > 32)
            {
                errors.Add(name, "the name is longer than 32 characters");
            }

            var (from, to) = (Minutes(fields, "from", 0), Minutes(fields, "to", 1));
            var days = 0;
            foreach (var day in Sequence(fields, "days"))
            {
                var bit = day is YamlScalar text ? Array.IndexOf(Days, text.Text) : -1;
                days |= bit >= 0 ? 1 << bit : 0;
                if (bit < 0)
                {
                    errors.Add(day, $"found {day.Describe()} in 'days'; expected {string.Join(", ", Days)}");
                }
            }

            var first = fields.OptionalText("team", "the number of the team that has it first");
            var number = place % Math.Max(teams, 1) + 1;
            if (first is not null && (!int.TryParse(first.Text, NumberStyles.None, CultureInfo.InvariantCulture, out number) || number < 1 || number > teams))
            {
                errors.Add(first, $"team is {ErrorText.Quote(first.Text)}; expected 1 to {teams}");
            }

            return errors.Count > before ? null : new ShiftRecord(name!.Text, from, to, number - 1, days == 0 ? 127 : days);
        }

        private int Minutes(RuleFields fields, string key, int least)
        {
            const string Expected = "a time of day such as \"22:00\"";
            if (fields.RequiredText(key, Expected) is not { } text)
            {
                return 0;
            }

            if (text.Text is ['0' or '1' or '2', >= '0' and <= '9', ':', >= '0' and <= '5', >= '0' and <= '9'])
            {
                var minutes = (((text.Text[0] - '0') * 10) + text.Text[1] - '0') * 60 + ((text.Text[3] - '0') * 10) + text.Text[4] - '0';
                if (minutes < 24 * 60 || (minutes == 24 * 60 && least == 1))
                {
                    return minutes;
                }
            }

            errors.Add(text, $"'{key}' is {ErrorText.Quote(text.Text)}; expected {Expected}");
            return 0;
        }

        private IReadOnlyList<string> Team(YamlNode node)
        {
            if (node is YamlSequence { Items.Count: > 0 } team)
            {
                var names = new List<string>();
                foreach (var item in team.Items)
                {
                    if (item is not YamlScalar name || !OfficerName.IsValid(name.Text) || names.Contains(name.Text))
                    {
                        errors.Add(item, $"found {item.Describe()} in a team; expected officers, each once: {OfficerName.Rule}");
                    }
                    else
                    {
                        names.Add(name.Text);
                    }
                }

                return names;
            }

            errors.Add(node, $"found {node.Describe()} in 'teams'; expected a list of officers, such as [li.na, wang.wei]");
            return [];
        }

        private string? OneOf(RuleFields fields, string key, string[] words)
        {
            var text = fields.OptionalText(key, string.Join(" or ", words));
            if (text is not null && !words.Contains(text.Text, StringComparer.Ordinal))
            {
                errors.Add(text, $"{key} is {ErrorText.Quote(text.Text)}; {ErrorText.Expected(text.Text, words)}");
            }

            return text?.Text;
        }

        private IReadOnlyList<YamlNode> Sequence(RuleFields fields, string key)
        {
            switch (fields.Optional(key))
            {
                case null:
                    return [];
                case YamlSequence sequence:
                    return sequence.Items;
                case var other:
                    errors.Add(other, $"'{key}' is {other.Describe()}; expected a list");
                    return [];
            }
        }
    }
}
