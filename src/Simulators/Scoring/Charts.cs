namespace PingAnIoT.Simulators;

/// <summary>One bar of a chart.</summary>
/// <param name="Label">Left of it.</param>
/// <param name="Length">0 to 1.</param>
/// <param name="Text">Right of it.</param>
/// <param name="Style">CSS class of the bar.</param>
internal readonly record struct Bar(string Label, double Length, string Text, string Style);

/// <summary>Charts as inline SVG; colours come from the page's style, and each mark also says in words what it is.</summary>
internal static class Charts
{
    private const double Wide = 900;
    private const double Left = 270;
    private const double Room = 460;
    private const double Row = 24;
    private const int MostLabel = 34;

    public static void Bars(Markup html, string name, IReadOnlyList<Bar> bars)
    {
        if (bars.Count == 0)
        {
            html.Add($"<p class=\"quiet\">无 None</p>");
            return;
        }

        var high = bars.Count * Row;
        html.Add($"<svg role=\"img\" aria-label=\"{name}\" viewBox=\"0 0 {Wide} {high}\">");
        for (var i = 0; i < bars.Count; i++)
        {
            var bar = bars[i];
            var (top, length) = (i * Row, double.IsFinite(bar.Length) ? Math.Clamp(bar.Length, 0, 1) * Room : 0);
            html.Add($"<g><title>{bar.Label}: {bar.Text}</title><text class=\"label\" x=\"{Left - 10}\" y=\"{top + 16}\">{TextTable.Cut(bar.Label, MostLabel)}</text>");
            html.Add($"<rect class=\"track\" x=\"{Left}\" y=\"{top + 4}\" width=\"{Room}\" height=\"16\" rx=\"3\"/>");
            html.Add($"<rect class=\"{bar.Style}\" x=\"{Left}\" y=\"{top + 4}\" width=\"{length}\" height=\"16\" rx=\"3\"/>");
            html.Add($"<text x=\"{Left + Room + 10}\" y=\"{top + 16}\">{bar.Text}</text></g>");
        }

        html.Add($"</svg>");
    }

    /// <summary>A missed or slow entry on its own axis, from somewhat before its onset until it has settled, with the alerts below.</summary>
    public static void Timeline(Markup html, Story story)
    {
        var until = story.SettledSeconds ?? story.EndSeconds ?? story.FindableSeconds;
        until = Math.Max(until, Math.Max(story.FindableSeconds, story.FoundSeconds ?? 0));
        var span = Math.Max(1, until - story.OnsetSeconds);
        var (from, to) = (story.OnsetSeconds - (span * 0.06), until + (span * 0.06));
        double At(double seconds) => Left + (Math.Clamp((seconds - from) / (to - from), 0, 1) * (Wide - Left - 10));
        var high = (story.Alerts.Count + 1) * Row;
        html.Add($"<svg role=\"img\" aria-label=\"{story.Sort} {story.Device}\" viewBox=\"0 0 {Wide} {high}\">");
        html.Add($"<text class=\"label\" x=\"{Left - 10}\" y=\"16\">{TextTable.Cut(story.Sort, MostLabel)}</text>");
        Span(html, "truth", At(story.OnsetSeconds), At(story.EndSeconds ?? to), 0, $"{Wording.Moment(story.OnsetSeconds)} – {Wording.Moment(story.EndSeconds)}");
        Span(html, "fade", At(story.EndSeconds ?? to), At(until), 0, $"settled {Wording.Moment(story.SettledSeconds)}");
        Mark(html, "findable", At(story.FindableSeconds), high, $"可发现 findable {Wording.Moment(story.FindableSeconds)}");
        if (story.FoundSeconds is { } found)
        {
            Mark(html, "foundat", At(found), high, $"发现 found {Wording.Moment(found)} by {story.FoundBy}");
        }

        for (var i = 0; i < story.Alerts.Count; i++)
        {
            Alert(html, story.Alerts[i], (i + 1) * Row, At, to);
        }

        html.Add($"</svg>");
    }

    private static void Alert(Markup html, StoryAlert alert, double top, Func<double, double> at, double to)
    {
        html.Add($"<text class=\"label\" x=\"{Left - 10}\" y=\"{top + 16}\">{TextTable.Cut(alert.RuleId, MostLabel)}</text>");
        for (var i = 0; i < alert.Steps.Count; i++)
        {
            var step = alert.Steps[i];
            var end = i + 1 < alert.Steps.Count ? alert.Steps[i + 1].EventSeconds : alert.UntilSeconds ?? to;
            var text = $"{step.Class} {Wording.Moment(step.EventSeconds)}, seen {Wording.Moment(step.SeenSeconds)}, {alert.Verdict}";
            Span(html, Style(step.Class), at(step.EventSeconds), at(end), top, text);
            html.Add($"<text class=\"mark\" x=\"{at(step.EventSeconds) + 3}\" y=\"{top + 16}\">{step.Class.ToString()[..1]}</text>");
        }
    }

    private static void Span(Markup html, string style, double from, double to, double top, string text) => html.Add(
        $"<rect class=\"{style}\" x=\"{from}\" y=\"{top + 4}\" width=\"{Math.Max(2, to - from)}\" height=\"16\" rx=\"2\"><title>{text}</title></rect>");

    private static void Mark(Markup html, string style, double x, double high, string text) =>
        html.Add($"<path class=\"{style}\" d=\"M{x} 0V{high}\"><title>{text}</title></path>");

    private static string Style(AlertClass level) => level switch
    {
        AlertClass.Red => "red",
        AlertClass.Yellow => "yellow",
        AlertClass.Green => "green",
        _ => "fault",
    };
}
