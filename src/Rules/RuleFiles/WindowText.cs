namespace PingAnIoT.Rules;

/// <summary>What <c>when</c> says.</summary>
/// <param name="Function">How the readings in the window become one value.</param>
/// <param name="Micros">Length of the window; 0 for <see cref="WindowFunction.Last"/>.</param>
internal readonly record struct Window(WindowFunction Function, long Micros);

/// <summary>Reads <c>last</c>, <c>mean(60s)</c>, <c>absent(10m)</c> and their like.</summary>
internal static class WindowText
{
    public const string Expected = "last, or a window function with its length, such as mean(60s)";

    public static readonly string[] Names = [.. Enum.GetValues<WindowFunction>().Select(NameOf)];

    public static string NameOf(WindowFunction function) => function.ToString().ToLowerInvariant();

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
            if (open < 0)
            {
                return new Window(function, 0);
            }

            errors.Add(when, $"'when' is {when.Describe()}; expected last without a length: it is the newest reading");
            return new Window(function, 0);
        }

        if (open < 0 || text[^1] != ')')
        {
            errors.Add(when, $"'when' is {when.Describe()}; expected {name} with its length, such as {name}(60s)");
            return new Window(function, 0);
        }

        var inside = text[(open + 1)..^1].Trim();
        var micros = DurationText.Parse(inside);
        if (micros is null)
        {
            errors.Add(when, $"{name} of {(inside.Length == 0 ? "nothing" : ErrorText.Quote(inside))}; expected {DurationText.Expected}");
        }
        else if (micros <= 0 || micros > DurationText.LimitMicros)
        {
            errors.Add(when, $"{name} of {ErrorText.Quote(inside)}; expected more than 0s and at most {DurationText.Format(DurationText.LimitMicros)}");
        }

        return new Window(function, micros ?? 0);
    }
}
