using System.Globalization;
using System.Text.RegularExpressions;

namespace PingAnIoT.Rules;

/// <summary>What <c>when</c> says.</summary>
/// <param name="Function">How the readings in the window become one value.</param>
/// <param name="Micros">Length of the window; 0 for <see cref="WindowFunction.Last"/> and <see cref="WindowFunction.Code"/>.</param>
/// <param name="Times">How many readings <see cref="WindowFunction.Times"/> takes.</param>
/// <param name="Share">Which <see cref="WindowFunction.Quantile"/>, 0 to 1.</param>
/// <param name="Codes">What <see cref="WindowFunction.Code"/> lists.</param>
/// <param name="SetPoint">Name of the device set-point, in seconds, that replaces the length of <see cref="WindowFunction.Absent"/>; null for none.</param>
internal readonly record struct Window(WindowFunction Function, long Micros, int Times = 0, double Share = 0, IReadOnlyList<CodeRange>? Codes = null, string? SetPoint = null)
{
    /// <summary>Is it so or not, without a number to compare?</summary>
    public bool IsTruth => Function is WindowFunction.Absent or WindowFunction.Stuck or WindowFunction.Code;
}

/// <summary>Reads <c>last</c>, <c>mean(60s)</c>, <c>absent(10m)</c> and their like.</summary>
internal static partial class WindowText
{
    public const string Expected = "last, or a window function with its length, such as mean(60s)";

    /// <summary>As many as a series keeps.</summary>
    public const int TimesLimit = 4096;

    /// <summary>One device needs no vote.</summary>
    public const int VotesMin = 2;

    public const int VotesMax = 64;

    public static readonly string[] Names = [.. Enum.GetValues<WindowFunction>().Select(NameOf)];

    public static string NameOf(WindowFunction function) => function.ToString().ToLowerInvariant();

    /// <summary>What a rule's <c>when</c> says, lengths in seconds.</summary>
    public static string Of(Rule rule)
    {
        var name = NameOf(rule.Function);
        var seconds = (rule.Function == WindowFunction.Stuck ? rule.HoldMicros : rule.WindowMicros) / 1e6;
        return rule.Function switch
        {
            WindowFunction.Last => name,
            WindowFunction.Code => $"{name}({string.Join(", ", rule.Codes)})",
            WindowFunction.Times or WindowFunction.Votes => string.Create(CultureInfo.InvariantCulture, $"{name}({rule.Times}, {seconds:0.######}s)"),
            WindowFunction.Quantile => string.Create(CultureInfo.InvariantCulture, $"{name}({rule.Share}, {seconds:0.######}s)"),
            WindowFunction.Absent when rule.Bands is [{ SetPoint: { } own }] => string.Create(CultureInfo.InvariantCulture, $"{name}(${own} or {seconds:0.######}s)"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{name}({seconds:0.######}s)"),
        };
    }

    /// <returns>The window; after a fault in its length one of length 0, so that the rest can be judged; null when the function is not known.</returns>
    public static Window? Read(YamlScalar when, RuleErrors errors)
    {
        var text = when.Text.Trim();
        var open = text.IndexOf('(');
        var name = (open < 0 ? text : text[..open]).TrimEnd();
        var index = Array.IndexOf(Names, name);
        if (index < 0)
        {
            errors.Add(when, $"unknown window function {ErrorText.Quote(name)}; {ErrorText.Expected(name, Names)}");
            return null;
        }

        var function = (WindowFunction)index;
        if (function == WindowFunction.Last)
        {
            if (open >= 0)
            {
                errors.Add(when, $"'when' is {when.Describe()}; expected last without a length: it is the newest reading");
            }

            return new Window(function, 0);
        }

        if (open < 0 || text[^1] != ')')
        {
            var (what, example) = Arguments(function);
            errors.Add(when, $"'when' is {when.Describe()}; expected {name} with its {what}, such as {name}({example})");
            return new Window(function, 0);
        }

        var inside = text[(open + 1)..^1].Trim();
        return function switch
        {
            WindowFunction.Code => new Window(function, 0, Codes: CodesText.Read(inside, when, errors)),
            WindowFunction.Times or WindowFunction.Votes or WindowFunction.Quantile => ReadTwo(function, inside, when, errors),
            WindowFunction.Absent when inside.StartsWith('$') => ReadOwn(function, inside, when, errors),
            _ => new Window(function, ReadLength(name, inside, when, errors)),
        };
    }

    private static (string What, string Example) Arguments(WindowFunction function) => function switch
    {
        WindowFunction.Times => ("count and length", "3, 10m"),
        WindowFunction.Votes => ("count of devices and length", "2, 60s"),
        WindowFunction.Quantile => ("share and length", "0.95, 10m"),
        WindowFunction.Code => ("codes", "1-8, 40"),
        _ => ("length", "60s"),
    };

    private static Window ReadTwo(WindowFunction function, string inside, YamlScalar when, RuleErrors errors)
    {
        var name = NameOf(function);
        var parts = inside.Split(',');
        if (parts.Length != 2)
        {
            var (what, example) = Arguments(function);
            errors.Add(when, $"'when' is {when.Describe()}; expected {name} with its {what}, such as {name}({example})");
            return new Window(function, 0);
        }

        var first = parts[0].Trim();
        var found = first.Length == 0 ? "nothing" : ErrorText.Quote(first);
        var (times, share) = (0, 0.0);
        if (function == WindowFunction.Times)
        {
            if (!int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out times) || times is < 1 or > TimesLimit)
            {
                errors.Add(when, $"{name} of {found} readings; expected a whole number from 1 to {TimesLimit}");
            }
        }
        else if (function == WindowFunction.Votes)
        {
            if (!int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out times) || times is < VotesMin or > VotesMax)
            {
                errors.Add(when, $"{name} of {found} devices; expected a whole number from {VotesMin} to {VotesMax}");
            }
        }
        else if (!double.TryParse(first, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out share) || share is not (>= 0 and <= 1))
        {
            errors.Add(when, $"{name} of {found}; expected a share from 0 (the least) to 1 (the greatest)");
        }

        return new Window(function, ReadLength(name, parts[1].Trim(), when, errors), times, share);
    }

    [GeneratedRegex(@"^\$(?<name>[a-z][a-z0-9-]{0,63})( +or +(?<length>.*))?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex OwnPattern { get; }

    /// <summary>A length that a device may have of its own. As with thresholds there is always one for those that have none.</summary>
    private static Window ReadOwn(WindowFunction function, string inside, YamlScalar when, RuleErrors errors)
    {
        var (name, match) = (NameOf(function), OwnPattern.Match(inside));
        if (!match.Success)
        {
            errors.Add(when, $"{name} of {ErrorText.Quote(inside)}; expected {DurationText.Expected}, or a set-point with such a length for devices without it: {name}($silent-after or 5m)");
        }
        else if (!match.Groups["length"].Success)
        {
            errors.Add(when, $"{name} of {ErrorText.Quote(inside)}; expected a length for devices without the set-point: {name}({inside} or 5m)");
        }
        else
        {
            return new Window(function, ReadLength(name, match.Groups["length"].Value, when, errors), SetPoint: match.Groups["name"].Value);
        }

        return new Window(function, 0);
    }

    private static long ReadLength(string name, string text, YamlScalar when, RuleErrors errors)
    {
        var micros = DurationText.Parse(text);
        if (micros is null)
        {
            errors.Add(when, $"{name} of {(text.Length == 0 ? "nothing" : ErrorText.Quote(text))}; expected {DurationText.Expected}");
        }
        else if (micros <= 0 || micros > DurationText.LimitMicros)
        {
            errors.Add(when, $"{name} of {ErrorText.Quote(text)}; expected more than 0s and at most {DurationText.Format(DurationText.LimitMicros)}");
        }

        return micros ?? 0;
    }
}
