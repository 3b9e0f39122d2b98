using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PingAnIoT.Rules;

/// <summary>
/// The version of a rule: a hash over what it says of a series. How the file was laid out, in which order its keys stood, its titles and its basis
/// do not count; the unit of the quantity does.
/// </summary>
internal static class RuleVersion
{
    /// <returns>8 lower-case hex digits.</returns>
    public static string Of(Rule rule, Catalog catalog)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(Canonical(rule, catalog)));
        return Convert.ToHexStringLower(hash.AsSpan(0, 4));
    }

    /// <summary>The meaning in one line. Versions in ledgers rest on it: never change it for rules that could already be written.</summary>
    internal static string Canonical(Rule rule, Catalog catalog)
    {
        var text = new StringBuilder();
        if (rule.Combination == Combination.None)
        {
            AppendSeries(text, rule, catalog);
        }
        else
        {
            AppendParts(text, rule, catalog);
        }

        if (rule.During is { } during)
        {
            text.Append(CultureInfo.InvariantCulture, $"|during {during}");
        }

        if (rule.IsLatched)
        {
            text.Append("|latch");
        }

        return text.ToString();
    }

    private static void AppendParts(StringBuilder text, Rule rule, Catalog catalog)
    {
        text.Append(CultureInfo.InvariantCulture, $"{rule.Id}|{catalog.Kinds[rule.Kind].Name}|{rule.Combination}");
        foreach (var part in rule.Parts)
        {
            text.Append(CultureInfo.InvariantCulture, $"|({Canonical(part, catalog)})");
        }

        text.Append(CultureInfo.InvariantCulture, $"|{rule.HoldMicros}|{rule.ClearHoldMicros}");
        if (rule.IsSequence())
        {
            text.Append(CultureInfo.InvariantCulture, $"|within {rule.WithinMicros}");
        }
    }

    private static void AppendSeries(StringBuilder text, Rule rule, Catalog catalog)
    {
        var kind = catalog.Kinds[rule.Kind];
        var quantity = kind.Quantities[rule.Quantity];
        text.Append(CultureInfo.InvariantCulture, $"{rule.Id}|{kind.Name}|{(rule.AnyQuantity ? "*" : $"{quantity.Name}|{quantity.Unit}")}");
        text.Append(CultureInfo.InvariantCulture, $"|{rule.Function}|{rule.WindowMicros}");
        _ = rule.Function switch
        {
            WindowFunction.Times => text.Append(CultureInfo.InvariantCulture, $"|{rule.Times}"),
            WindowFunction.Votes => text.Append(CultureInfo.InvariantCulture, $"|{rule.Times}|{rule.Place}"),
            WindowFunction.Quantile => text.Append(CultureInfo.InvariantCulture, $"|{rule.Share:R}"),
            WindowFunction.Code => text.Append('|').AppendJoin(',', rule.Codes),
            _ => text,
        };
        foreach (var band in rule.Bands)
        {
            text.Append(CultureInfo.InvariantCulture, $"|{band.Severity},{band.Comparison},{band.Threshold:R},{band.SetPoint}");
        }

        text.Append(CultureInfo.InvariantCulture, $"|{rule.HoldMicros}|{rule.Deadband:R}|{rule.ClearHoldMicros}");
    }
}
