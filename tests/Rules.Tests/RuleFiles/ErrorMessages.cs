using System.Text;
using System.Text.RegularExpressions;

namespace PingAnIoT.Rules.Tests;

/// <summary>
/// The error messages of the rule language as its source has them: every text handed to a method that reports one, and every other text of several
/// words there, which is part of one.
/// </summary>
internal static partial class ErrorMessages
{
    private static readonly string[] Reports = ["rrors.Add(", "AddLast(", "Refuse(", "AddAtEnd(", "new RuleFileError(", "var message ="];

    // What a message was tested for has its place before it: 7:10: in the table, f:7:10: in a test's text.
    [GeneratedRegex(@"(?:^|[\s""/])(?:[\w./-]*:)?[0-9]+:[0-9]+: (?<message>.*)$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Told { get; }


    [GeneratedRegex("[a-z] [a-z]", RegexOptions.NonBacktracking)]
    private static partial Regex Words { get; }

    /// <summary>Where, and the pattern of each message that can come from there.</summary>
    public static IEnumerable<(string Where, string Pattern)> InSource() => Resources.Names("validator/").SelectMany(name => InFile(name["validator/".Length..], Code(Resources.Text(name))));

    /// <summary>What the tests demand word for word.</summary>
    public static IReadOnlyList<string> InTests() =>
    [
        .. Resources.Text("rule-file-errors.txt").Split('\n').Where(l => !l.StartsWith('#')).SelectMany(l => l.Split(" => ").Last().Split(" ;; "))
            .Concat(Resources.Names("exact/").SelectMany(n => Resources.Text(n).Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal).Split('\n')))
            .Select(l => Told.Match(l)).Where(m => m.Success).Select(m => m.Groups["message"].Value),
    ];

    private static IEnumerable<(string Where, string Pattern)> InFile(string file, string code)
    {
        var within = new List<Range>();
        foreach (var report in Reports)
        {
            for (var at = code.IndexOf(report, StringComparison.Ordinal); at >= 0; at = code.IndexOf(report, at + 1, StringComparison.Ordinal))
            {
                var end = EndOfCall(code, at + report.Length, report.EndsWith('(') ? ')' : ';');
                within.Add(at..end);
                foreach (var message in Messages(code[(at + report.Length)..end]))
                {
                    yield return ($"{file}:{Line(code, at)}", $"^{message}(\".*)?$");
                }
            }
        }

        foreach (var (at, text, isInterpolated) in Literals(code))
        {
            if (Words.IsMatch(text) && !within.Exists(r => r.Start.Value <= at && at < r.End.Value))
            {
                foreach (var pattern in Patterns(text, isInterpolated))
                {
                    yield return ($"{file}:{Line(code, at)}", pattern);
                }
            }
        }
    }

    /// <summary>What the last argument can come to: texts that are added follow each other, others are one or the other.</summary>
    private static IEnumerable<string> Messages(string arguments)
    {
        List<List<string>> messages = [];
        var last = -1;
        arguments = arguments[BeginOfLast(arguments)..];
        foreach (var (at, text, isInterpolated) in Literals(arguments))
        {
            var patterns = Patterns(text, isInterpolated).ToList();
            if (last >= 0 && arguments[last..at].Trim(' ', '\n', '$') is "+")
            {
                // A choice in one of two texts is seen with the other one's first.
                messages[^1] = [.. messages[^1].Select(m => m + patterns[0]), .. patterns.Skip(1).Select(p => messages[^1][0] + p)];
            }
            else
            {
                messages.Add(patterns);
            }

            last = at + text.Length + 2;
        }

        return messages.SelectMany(m => m);
    }

    private static int BeginOfLast(string arguments)
    {
        var begin = 0;
        for (var comma = EndOfCall(arguments + ",", 0, ','); comma < arguments.Length; comma = EndOfCall(arguments + ",", begin, ','))
        {
            // One at the end of the line before the text, as one before it.
            begin = comma + 1;
        }

        return begin;
    }

    /// <summary>A pattern for the text; where a part of it is chosen, one for each choice.</summary>
    private static IEnumerable<string> Patterns(string text, bool isInterpolated)
    {
        if (!isInterpolated)
        {
            return [Regex.Escape(Unescape(text))];
        }

        var pieces = Pieces(text).ToList();
        var choices = pieces.Select((p, i) => (p, i)).Where(p => p.p.IsHole)
            .SelectMany(p => Choices(p.p.Text).Select(c => Join(pieces, p.i, c))).Distinct().ToList();
        return choices.Count > 0 ? choices : [Join(pieces, -1, "")];
    }

    private static string Join(List<(string Text, bool IsHole)> pieces, int chosen, string choice) =>
        string.Concat(pieces.Select((p, i) => i == chosen ? choice : p.IsHole ? ".*" : Regex.Escape(Unescape(p.Text))));

    /// <summary>The texts between which <c>x ? "a" : "b"</c> chooses.</summary>
    private static IEnumerable<string> Choices(string hole) => hole.Contains('?')
        ? Literals(hole).Where(l => l.At > hole.IndexOf('?', StringComparison.Ordinal)).SelectMany(l => Patterns(l.Text, l.IsInterpolated))
        : [];

    private static IEnumerable<(string Text, bool IsHole)> Pieces(string text)
    {
        var piece = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '{' or '}' && i + 1 < text.Length && text[i + 1] == text[i])
            {
                piece.Append(text[i++]);
            }
            else if (text[i] == '{')
            {
                yield return (piece.ToString(), false);
                piece.Clear();
                var end = EndOfCall(text, i + 1, '}');
                yield return (text[(i + 1)..end], true);
                i = end;
            }
            else
            {
                piece.Append(text[i]);
            }
        }

        yield return (piece.ToString(), false);
    }

    /// <summary>The outermost string literals.</summary>
    private static IEnumerable<(int At, string Text, bool IsInterpolated)> Literals(string code)
    {
        for (var i = 0; i < code.Length; i++)
        {
            if (code[i] == '\'')
            {
                i = EndOfCharacter(code, i);
            }
            else if (code[i] == '"')
            {
                var isInterpolated = i > 0 && code[i - 1] == '$';
                var end = EndOfText(code, i, isInterpolated);
                yield return (i, code[(i + 1)..end], isInterpolated);
                i = end;
            }
        }
    }

    private static int EndOfCall(string code, int from, char closing)
    {
        var depth = 0;
        for (var i = from; i < code.Length; i++)
        {
            if (depth == 0 && code[i] == closing)
            {
                return i;
            }

            i = code[i] switch { '\'' => EndOfCharacter(code, i), '"' => EndOfText(code, i, i > 0 && code[i - 1] == '$'), _ => i };
            depth += code[i] is '(' or '{' or '[' ? 1 : code[i] is ')' or '}' or ']' ? -1 : 0;
        }

        throw new InvalidOperationException("a call without an end");
    }

    private static int EndOfText(string code, int quote, bool isInterpolated)
    {
        for (var i = quote + 1; i < code.Length; i++)
        {
            if (code[i] == '\\' || (isInterpolated && code[i] is '{' && code[i + 1] == '{'))
            {
                i++;
            }
            else if (isInterpolated && code[i] == '{')
            {
                i = EndOfCall(code, i + 1, '}');
            }
            else if (code[i] == '"')
            {
                return i;
            }
        }

        throw new InvalidOperationException("a text without an end");
    }

    private static int EndOfCharacter(string code, int quote) =>
        code.IndexOf('\'', code[quote + 1] == '\\' ? quote + 3 : quote + 2) is >= 0 and var end ? end : throw new InvalidOperationException("a character without an end");

    private static string Unescape(string text) => text.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal);

    private static int Line(string code, int at) => code.AsSpan(0, at).Count('\n') + 1;

    /// <summary>Without comments and attributes, line for line.</summary>
    private static string Code(string source) => string.Join('\n', source.Split('\n').Select(l => l.TrimStart().StartsWith('[') || l.TrimStart().StartsWith("//", StringComparison.Ordinal) ? "" : l));
}
