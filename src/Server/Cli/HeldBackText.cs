using System.CommandLine;
using System.Globalization;

namespace PingAnIoT.Server;

/// <summary>What a window or shelf would hold back, shown before it is there.</summary>
internal static class HeldBackText
{
    public static Option<bool> DryRun() => new("--dry-run") { Description = "Only show what it would hold back." };

    public static Option<bool> Yes() => new("--yes") { Description = "Do not ask." };

    public static async Task ShowAsync(Terminal terminal, V1.HeldBackPreview preview)
    {
        await terminal.Out.WriteLineAsync($"open now: {Counts(preview.Open)}{(preview.RedTold > 0 ? "; red is told all the same" : "")}");
        foreach (var alert in preview.OpenAlerts)
        {
            await terminal.Out.WriteLineAsync("  " + AlertText.Line(alert));
        }

        await terminal.Out.WriteLineAsync(
            $"since {DutyText.Of(preview.HistoryFrom)} it would have held back {preview.HeldNews.ToString(CultureInfo.InvariantCulture)} pieces of news, of alerts: {Counts(preview.Held)}");
        foreach (var news in preview.HeldSample)
        {
            await terminal.Out.WriteLineAsync("  " + AlertText.Line(news));
        }
    }

    /// <returns>True for yes; an end of the input is no.</returns>
    public static async Task<bool> AskAsync(Terminal terminal, string question)
    {
        await terminal.Out.WriteAsync(question + " [y/N] ");
        await terminal.Out.FlushAsync();
        return (await terminal.In.ReadLineAsync())?.Trim() is "y" or "Y" or "yes";
    }

    public static string Counts(V1.ColourCounts? counts) => counts is null ? "none" : string.Create(
        CultureInfo.InvariantCulture, $"{counts.Red} red, {counts.Yellow} yellow, {counts.Green} green, {counts.Fault} fault");
}
