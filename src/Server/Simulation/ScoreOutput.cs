using System.CommandLine;
using PingAnIoT.Simulators;

namespace PingAnIoT.Server;

/// <summary>The options that say where a scorecard goes, what it is compared with and when the run counts as failed.</summary>
internal sealed class ScoreOutput
{
    private readonly Option<string?> json = new("--json") { Description = "Write the scorecard to this file as JSON." };
    private readonly Option<string?> html = new("--html") { Description = "Write it to this file as a page that opens offline." };
    private readonly Option<string?> against = new("--against") { Description = "Print what is different from this earlier scorecard (JSON)." };
    private readonly Option<string?> failIf = new("--fail-if") { Description = "Exit with 1 when one of these holds, e.g. \"recall<0.999,lost>0\"." };

    private FailIf? conditions;
    private Scorecard? earlier;
    private string? jsonFile;
    private string? htmlFile;

    public void AddTo(Command command)
    {
        command.Add(json);
        command.Add(html);
        command.Add(against);
        command.Add(failIf);
    }

    /// <summary>Looks at everything before anything is played.</summary>
    /// <returns>Null when something is wrong; it has been told.</returns>
    public ScoreOutput? Read(ParseResult parsed, TextWriter errors)
    {
        (jsonFile, htmlFile) = (parsed.GetValue(json), parsed.GetValue(html));
        if (parsed.GetValue(failIf) is { } text && (conditions = FailIf.Parse(text, out var wrong)) is null)
        {
            errors.WriteLine($"--fail-if: {wrong}");
            return null;
        }

        if (parsed.GetValue(against) is { } file)
        {
            string? error = null;
            earlier = InputFile.Read(file, errors) is { } json ? ScorecardJson.Read(json, out error) : null;
            if (error is not null)
            {
                errors.WriteLine($"{file}: {error}");
            }

            return earlier is null ? null : this;
        }

        return this;
    }

    /// <summary>Prints and writes the scorecard.</summary>
    /// <param name="card">What is told.</param>
    /// <param name="terminal">Where.</param>
    /// <param name="isWatched">False where nobody watched the alerts.</param>
    /// <returns>The exit status.</returns>
    public int Write(Scorecard card, Terminal terminal, bool isWatched = true)
    {
        terminal.Out.Write(ScorecardText.Write(card, isWatched));
        if (jsonFile is not null)
        {
            File.WriteAllText(jsonFile, ScorecardJson.Write(card));
        }

        if (htmlFile is not null)
        {
            File.WriteAllText(htmlFile, ScorecardHtml.Write(card));
        }

        if (earlier is not null)
        {
            terminal.Out.WriteLine();
            terminal.Out.Write(ScorecardDifference.Of(earlier, card).Text());
        }

        var reasons = conditions?.Check(card) ?? [];
        foreach (var reason in reasons)
        {
            terminal.Out.WriteLine($"failed: {reason}");
        }

        return reasons.Count > 0 ? ExitCode.No : ExitCode.Done;
    }
}
