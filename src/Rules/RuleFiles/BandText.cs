using System.Globalization;
using System.Text.RegularExpressions;

namespace PingAnIoT.Rules;

/// <summary>
/// Reads a band: <c>"> 480"</c>, <c>"== true"</c>, or <c>"> $name or 480"</c> for a set-point of the device with the number for devices that have none.
/// The number is never optional: a device that nobody gave a set-point is watched all the same.
/// </summary>
internal static partial class BandText
{
    /// <param name="Comparison">Which side is bad.</param>
    /// <param name="Threshold">The number; true is 1 and false is 0.</param>
    /// <param name="SetPoint">Name without the '$', or null.</param>
    /// <param name="IsTruth">Whether it was written as true or false.</param>
    internal readonly record struct Parsed(Comparison Comparison, double Threshold, string? SetPoint, bool IsTruth);

    public const string Expected = "a comparison such as \"> 480\", \"== true\" or \"> $name or 480\"";

    [GeneratedRegex(@"^(?<op>>=|<=|==|>|<) *(\$(?<name>[a-z][a-z0-9-]{0,63}) +or +)?(?<value>\S+)$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern { get; }

    [GeneratedRegex(@"^(>=|<=|==|>|<) *\$(?<name>[a-z][a-z0-9-]{0,63})$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex WithoutDefault { get; }

    public static Parsed? Read(string key, YamlScalar text, string unit, RuleErrors errors)
    {
        var trimmed = text.Text.Trim();
        if (WithoutDefault.Match(trimmed) is { Success: true } bare)
        {
            errors.Add(text, $"'{key}' is {text.Describe()}; expected a number for devices without the set-point: \"{trimmed} or 480\"");
            return null;
        }

        var match = Pattern.Match(trimmed);
        if (!match.Success)
        {
            errors.Add(text, $"'{key}' is {text.Describe()}; expected {Expected}{(unit.Length > 0 ? $" (in {unit}, the unit itself is not written)" : "")}");
            return null;
        }

        var comparison = match.Groups["op"].ValueSpan switch
        {
            ">" => Comparison.Above,
            ">=" => Comparison.AtOrAbove,
            "<" => Comparison.Below,
            "<=" => Comparison.AtOrBelow,
            _ => Comparison.Equal,
        };
        var setPoint = match.Groups["name"] is { Success: true } name ? name.Value : null;
        var value = match.Groups["value"].Value;
        if (value is "true" or "false")
        {
            return new Parsed(comparison, value == "true" ? 1 : 0, setPoint, IsTruth: true);
        }

        if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var threshold) && double.IsFinite(threshold))
        {
            return new Parsed(comparison, threshold, setPoint, IsTruth: false);
        }

        errors.Add(text, $"'{key}' compares with {ErrorText.Quote(value)}; expected a finite number, true or false");
        return null;
    }
}
