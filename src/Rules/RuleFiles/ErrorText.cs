using System.Globalization;

namespace PingAnIoT.Rules;

/// <summary>How an outsider's text and our numbers look inside an error message: one line, bounded, no control characters.</summary>
internal static class ErrorText
{
    private const int QuotedLimitCharacters = 60;

    public static string Quote(string text) => $"'{OneLine(text, QuotedLimitCharacters)}'";

    public static string OneLine(string text, int limit = 200)
    {
        var cut = text.Length > limit ? string.Concat(text.AsSpan(0, limit), "…") : text;
        return string.Create(cut.Length, cut, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(source[i]) || source[i] is '\u2028' or '\u2029' ? ' ' : source[i];
            }
        });
    }

    public static string Number(double value) => value.ToString("0.############", CultureInfo.InvariantCulture);

    /// <summary><c>did you mean 'x'?</c>, or the whole list when nothing is near.</summary>
    public static string Expected(string found, IEnumerable<string> names)
    {
        var all = names.ToList();
        return NearestName.Find(found, all) is { } nearest
            ? $"did you mean '{nearest}'?"
            : $"expected one of {string.Join(", ", all)}";
    }
}
