using System.Globalization;

namespace PingAnIoT.Simulators;

/// <summary>One condition of <c>--fail-if</c>, e.g. <c>recall&lt;0.999</c>.</summary>
public sealed record FailCondition(ScoreFigure Figure, string Operator, double Limit)
{
    public override string ToString() => Figure.Name + Operator + Limit.ToString("0.################", CultureInfo.InvariantCulture);

    internal bool Holds(double value) => Operator switch
    {
        "<" => value < Limit,
        "<=" => value <= Limit,
        ">" => value > Limit,
        ">=" => value >= Limit,
        "=" => value == Limit,
        _ => value != Limit,
    };
}

/// <summary>
/// When a run fails: conditions joined by commas, each a figure's name, one of &lt; &lt;= &gt; &gt;= = !=, and a plain decimal number. Blanks around any of them
/// are allowed, nothing else is. A run fails when any condition holds, and also when a figure that is asked for cannot be had: what was not measured is no success.
/// </summary>
public sealed class FailIf
{
    /// <summary>Of a name that is none, so much is compared with those there are.</summary>
    private const int MostCompared = 100;

    /// <summary>Longer first, so that the first that fits is the right one.</summary>
    private static readonly string[] Operators = ["<=", ">=", "!=", "<", ">", "="];

    private FailIf(IReadOnlyList<FailCondition> conditions) => Conditions = conditions;

    public IReadOnlyList<FailCondition> Conditions { get; }

    /// <returns>Null, with what is wrong, when the text is none.</returns>
    public static FailIf? Parse(string text, out string? error)
    {
        var conditions = new List<FailCondition>();
        foreach (var part in text.Split(','))
        {
            var condition = One(part.Trim(' '), out error);
            if (condition is null)
            {
                return null;
            }

            conditions.Add(condition);
        }

        error = null;
        return new FailIf(conditions);
    }

    /// <summary>Why a run fails: a line for each condition that holds or cannot be judged; empty when the run passes.</summary>
    public IReadOnlyList<string> Check(Scorecard card)
    {
        var reasons = new List<string>();
        foreach (var condition in Conditions)
        {
            var figure = condition.Figure;
            if (figure.Value(card) is not { } value || double.IsNaN(value))
            {
                reasons.Add($"{condition}: cannot be judged, {figure.Why}");
            }
            else if (condition.Holds(value))
            {
                reasons.Add($"{condition}: {figure.Name} is {figure.Text(card)}");
            }
        }

        return reasons;
    }

    private static FailCondition? One(string part, out string? error)
    {
        if (part.Length == 0)
        {
            error = "an empty condition; write FIGURE OPERATOR NUMBER, e.g. recall<0.999";
            return null;
        }

        var at = part.AsSpan().IndexOfAny("<>=!");
        var sign = at < 0 ? null : Array.Find(Operators, o => part.AsSpan(at).StartsWith(o, StringComparison.Ordinal));
        if (sign is null)
        {
            error = $"'{part}': no operator; write FIGURE OPERATOR NUMBER with one of < <= > >= = !=, e.g. recall<0.999";
            return null;
        }

        var name = part[..at].TrimEnd(' ');
        var figure = ScoreFigure.All.FirstOrDefault(f => f.Name == name);
        if (figure is null)
        {
            error = Unknown(name);
            return null;
        }

        var number = part[(at + sign.Length)..].TrimStart(' ');
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var limit)
            || !number.Any(char.IsAsciiDigit) || !double.IsFinite(limit))
        {
            error = $"'{part}': '{number}' is no plain decimal number, e.g. 0.999";
            return null;
        }

        error = null;
        return new FailCondition(figure, sign, limit);
    }

    private static string Unknown(string name)
    {
        var begun = name.Length > 0 ? ScoreFigure.All.FirstOrDefault(f => f.Name.StartsWith(name + "-", StringComparison.Ordinal))?.Name : null;
        if (begun is not null)
        {
            return $"no figure '{name}'. Did you mean {begun}? {List()}";
        }

        var begin = name.Length > MostCompared ? name[..MostCompared] : name;
        var nearest = ScoreFigure.All.MinBy(f => Nearest.Steps(begin, f.Name))!.Name;
        var meant = Nearest.Steps(begin, nearest) <= Math.Max(2, nearest.Length / 3) ? $" Did you mean {nearest}?" : "";
        return $"no figure '{name}'.{meant} {List()}";
    }

    private static string List() => $"There are: {string.Join(", ", ScoreFigure.All.Select(f => f.Name))}";
}
