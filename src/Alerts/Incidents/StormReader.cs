using System.Globalization;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>What the policy file says of incidents and of chatter.</summary>
internal sealed class StormReader(RuleErrors errors, PolicyRuleReader rules)
{
    private const int MostOpenings = 100;
    private static readonly DeadlinePolicy Usual = new([]);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    public (TimeSpan Within, TimeSpan AfterGateway) Incidents(YamlMapping? mapping)
    {
        if (mapping is null)
        {
            return (Usual.IncidentWithin, Usual.AfterGateway);
        }

        var fields = new RuleFields(mapping, "'incidents'", ["within", "after_gateway"], errors);
        return (Time(fields, "within", Usual.IncidentWithin), Time(fields, "after_gateway", Usual.AfterGateway));
    }

    public FlapRule Flapping(YamlMapping? mapping)
    {
        var usual = FlapRule.Default;
        if (mapping is null)
        {
            return usual;
        }

        var fields = new RuleFields(mapping, "'flapping'", ["more_than", "within", "calm"], errors);
        return new FlapRule(Openings(fields, usual.MoreThan), Time(fields, "within", usual.Within), Time(fields, "calm", usual.Calm));
    }

    private int Openings(RuleFields fields, int usual)
    {
        if (fields.OptionalText("more_than", $"a number from 1 to {MostOpenings}") is not { } text)
        {
            return usual;
        }

        if (int.TryParse(text.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= MostOpenings)
        {
            return count;
        }

        errors.Add(text, $"more_than is {ErrorText.Quote(text.Text)}; expected a number from 1 to {MostOpenings}");
        return usual;
    }

    private TimeSpan Time(RuleFields fields, string key, TimeSpan usual)
    {
        if (fields.Optional(key) is not { } node)
        {
            return usual;
        }

        var before = errors.Count;
        var time = rules.Time(node, key);
        if (errors.Count == before && (time < Shortest || time > Longest))
        {
            errors.Add(node, $"'{key}' is {ErrorText.Quote(((YamlScalar)node).Text)}; expected 1s to 24h");
        }

        return time;
    }
}
