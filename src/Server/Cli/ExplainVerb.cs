using System.CommandLine;
using Google.Protobuf;

namespace PingAnIoT.Server;

/// <summary><c>rules explain --series KIND/DEVICE/QUANTITY</c>: what a running server's rules make of a series now.</summary>
internal static class ExplainVerb
{
    private const int PlainWidth = 160;

    public static Command Create(Terminal terminal)
    {
        var series = new Option<string>("--series") { Description = "The series: kind/device/quantity, e.g. gas-pipe/gp-1/pressure.", Required = true };
        var rule = new Option<string>("--rule") { Description = "Only this rule.", DefaultValueFactory = _ => "" };
        var json = new Option<bool>("--json") { Description = "As one JSON object." };
        var connection = new OfficerConnection();
        var command = new Command(
            "explain", "State and evidence of a live series: what each rule on it sees, says and waits for. Of the present only; there is no --at yet.")
        {
            series, rule, json,
        };
        connection.AddTo(command);
        command.SetAction((parsed, ct) => connection.UseAsync(parsed, terminal, async (channel, headers) =>
        {
            var request = new V1.ExplainSeriesRequest { Series = parsed.GetValue(series), RuleId = parsed.GetValue(rule) };
            var explanation = await new V1.RuleService.RuleServiceClient(channel).ExplainSeriesAsync(request, headers, cancellationToken: ct);
            if (parsed.GetValue(json))
            {
                await terminal.Out.WriteLineAsync(JsonFormatter.Default.Format(explanation));
                return ExitCode.Done;
            }

            var ansi = terminal.Ansi();
            ansi.Profile.Width = terminal.IsInteractive ? ansi.Profile.Width : PlainWidth;
            ExplanationTable.WriteTo(ansi, explanation);
            return ExitCode.Done;
        }, ct));
        return command;
    }
}
