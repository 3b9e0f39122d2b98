using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace PingAnIoT.Simulators;

/// <summary>
/// HTML in which whatever is filled in is escaped: <c>html.Add($"&lt;td&gt;{name}&lt;/td&gt;")</c>. The literal parts are ours and stand as they are; there is no
/// way to add a string but as a filled-in part.
/// </summary>
internal sealed class Markup
{
    private readonly StringBuilder text = new();

    public void Add([InterpolatedStringHandlerArgument("")] ref Handler part)
    {
        _ = part;
        text.Append('\n');
    }

    public override string ToString() => text.ToString();

    private void Escape(string value)
    {
        foreach (var rune in value.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '<':
                    text.Append("&lt;");
                    break;
                case '>':
                    text.Append("&gt;");
                    break;
                case '&':
                    text.Append("&amp;");
                    break;
                case '"':
                    text.Append("&quot;");
                    break;
                case '\'':
                    text.Append("&#39;");
                    break;
                default:
                    text.Append(IsShown(rune) ? rune : Rune.ReplacementChar);
                    break;
            }
        }
    }

    /// <summary>Neither control nor what turns the direction of the text around; XML knows no other control characters, and no U+FFFE and U+FFFF.</summary>
    private static bool IsShown(Rune rune) => !Rune.IsControl(rune) && rune.Value is not (0xFFFE or 0xFFFF or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069));

    [InterpolatedStringHandler]
    internal readonly ref struct Handler
    {
        private readonly Markup markup;

        public Handler(int literalLength, int formattedCount, Markup markup)
        {
            _ = literalLength + formattedCount;
            this.markup = markup;
        }

        public void AppendLiteral(string literal) => markup.text.Append(literal);

        public void AppendFormatted(string? value) => markup.Escape(value ?? "");

        /// <summary>Coordinates: two digits after the point are plenty.</summary>
        public void AppendFormatted(double value) => markup.text.Append(double.IsFinite(value) ? value.ToString("0.##", CultureInfo.InvariantCulture) : "0");

        public void AppendFormatted<T>(T value) => markup.Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
    }
}
