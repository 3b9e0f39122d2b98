namespace PingAnIoT.Alerts.Tests;

/// <summary>A scenario: a title, perhaps a policy, and lines in order of time. See docs/scenarios.md for the language.</summary>
/// <param name="Policy">As YAML; null for the default policy.</param>
public sealed record Timeline(string File, string Title, string? Policy, IReadOnlyList<TimelineLine> Lines)
{
    /// <summary>Who is told, e.g. <c>street d01/s03, city</c>; null where the scenario is not about notices.</summary>
    public string? Contacts { get; init; }

    /// <summary>The channel for a red that nobody attends to, and for what no other channel delivers; null for none.</summary>
    public string? Fallback { get; init; }

    /// <summary>The channel over which a canary goes every minute; null for none.</summary>
    public string? Canary { get; init; }

    /// <summary><c>refused</c> where nobody acts who is not on duty; null where it is put on record.</summary>
    public string? OffDuty { get; init; }

    /// <summary>Which there are, e.g. <c>d01, d01/s03, d01/s04 beside d01/s05</c>; null where nothing is known but their paths.</summary>
    public string? Territories { get; init; }

    public override string ToString() => $"{File}: {Title}";
}

/// <param name="Number">In the file, from 1: what errors name.</param>
/// <param name="AtSeconds">Since the start of the scenario.</param>
public sealed record TimelineLine(int Number, TimelineVerb Verb, double AtSeconds, string Text);

public enum TimelineVerb
{
    /// <summary>Somebody or something does it.</summary>
    At,

    /// <summary>It happens by itself, at that moment exactly.</summary>
    Want,

    /// <summary>It is so then.</summary>
    See,
}

/// <summary>What is wrong with a scenario or with what came of it, and in which line.</summary>
public sealed class TimelineException(string file, int line, string what) : Exception($"{file}, line {line}: {what}");

/// <summary>Reads scenario files: <c>scenario TITLE</c>, perhaps <c>policy</c> with indented YAML and the headers, then <c>at</c>, <c>want</c> and <c>see</c> lines.</summary>
public static class TimelineFile
{
    private static readonly string[] Headers = ["contacts", "fallback", "canary", "territories", "off-duty"];

    public static IReadOnlyList<Timeline> Read(string file, string text)
    {
        var scenarios = new List<Timeline>();
        string? title = null;
        List<string>? policy = null;
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        var inPolicy = false;
        var lines = new List<TimelineLine>();
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.TrimEnd();
            if (inPolicy && (line.Length == 0 || line[0] == ' '))
            {
                policy!.Add(line);
                continue;
            }

            inPolicy = false;
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (line.StartsWith("scenario ", StringComparison.Ordinal))
            {
                Finish();
                title = line["scenario ".Length..].Trim();
            }
            else if (line == "policy")
            {
                policy = [];
                inPolicy = true;
            }
            else if (line.Split(' ', 2) is [var word, var rest] && Headers.Contains(word, StringComparer.Ordinal))
            {
                headers[word] = rest.Trim();
            }
            else
            {
                lines.Add(ReadLine(file, number, line, lines.Count > 0 ? lines[^1].AtSeconds : 0));
            }
        }

        Finish();
        return scenarios;

        void Finish()
        {
            if (title is not null)
            {
                scenarios.Add(new Timeline(file, title, policy is null ? null : string.Join('\n', policy), lines)
                {
                    Contacts = headers.GetValueOrDefault("contacts"), Fallback = headers.GetValueOrDefault("fallback"), Canary = headers.GetValueOrDefault("canary"),
                    Territories = headers.GetValueOrDefault("territories"), OffDuty = headers.GetValueOrDefault("off-duty"),
                });
            }
            else if (lines.Count > 0)
            {
                throw new TimelineException(file, lines[0].Number, "there is no scenario it belongs to");
            }

            (title, policy, lines) = (null, null, []);
            headers.Clear();
        }
    }

    /// <summary><c>0s</c>, <c>5m20s</c>, <c>1d2h</c>; with fractions of the second.</summary>
    public static double? Seconds(string text)
    {
        var (total, at) = (0.0, 0);
        while (at < text.Length)
        {
            var from = at;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'))
            {
                at++;
            }

            var unit = at < text.Length ? "smhd".IndexOf(text[at], StringComparison.Ordinal) : -1;
            if (unit < 0 || !double.TryParse(text.AsSpan(from, at - from), System.Globalization.CultureInfo.InvariantCulture, out var count))
            {
                return null;
            }

            total += count * new[] { 1, 60, 3600, 86400 }[unit];
            at++;
        }

        return text.Length == 0 ? null : total;
    }

    private static TimelineLine ReadLine(string file, int number, string line, double before)
    {
        var words = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
        var verb = words[0] switch
        {
            "at" => TimelineVerb.At,
            "want" => TimelineVerb.Want,
            "see" => TimelineVerb.See,
            _ => throw new TimelineException(file, number, $"'{words[0]}' is no beginning of a line; expected at, want, see, scenario, policy, contacts, fallback, canary, territories or off-duty"),
        };
        if (words.Length < 3 || Seconds(words[1]) is not { } seconds)
        {
            throw new TimelineException(file, number, $"'{line}' has no time and no text; expected e.g. 'at 20s wang acknowledges'");
        }

        return seconds < before
            ? throw new TimelineException(file, number, "it is before the line above; expected lines in order of time")
            : new TimelineLine(number, verb, seconds, words[2].Trim());
    }
}
