using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace PingAnIoT.Server;

/// <summary><c>rules explain --series KIND/DEVICE/QUANTITY</c>: what a running server's rules make of a series, or made of it.</summary>
internal static class ExplainVerb
{
    private const int PlainWidth = 160;

    public static Command Create(Terminal terminal)
    {
        var series = new Option<string>("--series") { Description = "The series: kind/device/quantity, e.g. gas-pipe/gp-1/pressure.", Required = true };
        var rule = new Option<string>("--rule") { Description = "Only this rule.", DefaultValueFactory = _ => "" };
        var at = new Option<DateTimeOffset?>("--at")
        {
            Description = "What was known at this receive time, e.g. 2026-05-01T12:00:00Z; UTC unless it says otherwise.", CustomParser = ReadTime,
        };
        var json = new Option<bool>("--json") { Description = "As one JSON object." };
        var command = new Command(
            "explain", "State and evidence of a series: what each rule on it sees, says and waits for, now or at a time that is past.")
        {
            series, rule, at, json,
        };
        return OfficerConnection.Verb(terminal, command, channel => new V1.RuleService.RuleServiceClient(channel), async (client, headers, parsed, ct) =>
        {
            var request = new V1.ExplainSeriesRequest { Series = parsed.GetValue(series), RuleId = parsed.GetValue(rule) };
            request.AtTime = parsed.GetValue(at) is { } time ? Timestamp.FromDateTimeOffset(time) : null;
            var explanation = await client.ExplainSeriesAsync(request, headers, cancellationToken: ct);
            if (parsed.GetValue(json))
            {
                await terminal.Out.WriteLineAsync(JsonFormatter.Default.Format(explanation));
                return ExitCode.Done;
            }

            var ansi = terminal.Ansi();
            ansi.Profile.Width = terminal.IsInteractive ? ansi.Profile.Width : PlainWidth;
            ExplanationTable.WriteTo(ansi, explanation);
            return ExitCode.Done;
        });
    }

    private static DateTimeOffset? ReadTime(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return time;
        }

        result.AddError($"'{text}' is not a time; expected one such as 2026-05-01T12:00:00Z.");
        return null;
    }
}
