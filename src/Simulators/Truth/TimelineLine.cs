using System.Globalization;

namespace PingAnIoT.Simulators;

/// <summary>A word and where it stands.</summary>
internal readonly record struct TimelineWord(string Text, int Column);

/// <summary>One line taken apart into words; <c>#</c> begins a comment.</summary>
internal sealed class TimelineLine
{
    private readonly List<TimelineWord> words = [];
    private int next;

    public TimelineLine(int number, string text)
    {
        Number = number;
        for (var i = 0; i < text.Length && text[i] != '#';)
        {
            if (char.IsWhiteSpace(text[i]))
            {
                i++;
                continue;
            }

            var start = i;
            while (i < text.Length && text[i] != '#' && !char.IsWhiteSpace(text[i]))
            {
                i++;
            }

            words.Add(new TimelineWord(text[start..i], start + 1));
            EndColumn = i + 1;
        }
    }

    public int Number { get; }

    /// <summary>Just behind the last word.</summary>
    public int EndColumn { get; } = 1;

    public bool IsEmpty => words.Count == 0;

    /// <returns>The next word; without text at the end of the line.</returns>
    public TimelineWord Take() => next < words.Count ? words[next++] : new TimelineWord("", EndColumn);

    /// <summary><c>90s</c>, <c>1.5h</c>, <c>1h30m</c>, or by the clock <c>1:30</c> (hours and minutes) and <c>1:30:05</c>.</summary>
    public static bool TrySeconds(string text, out double seconds)
    {
        seconds = 0;
        if (text.Contains(':', StringComparison.Ordinal))
        {
            var parts = text.Split(':');
            var numbers = parts.Select(p => int.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : -1).ToArray();
            if (parts.Length > 3 || numbers.Any(n => n < 0) || numbers.Skip(1).Any(n => n > 59))
            {
                return false;
            }

            seconds = (numbers[0] * 3600.0) + (numbers[1] * 60) + (numbers.Length == 3 ? numbers[2] : 0);
            return true;
        }

        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]) || text[i] == '.')
            {
                continue;
            }

            var unit = text[i] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 };
            if (unit == 0 || !double.TryParse(text.AsSpan(start, i - start), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            seconds += number * unit;
            start = i + 1;
        }

        return text.Length > 0 && start == text.Length;
    }
}
