using System.CommandLine;
using System.Globalization;
using Google.Protobuf;

namespace PingAnIoT.Server;

/// <summary><c>show ALERT</c>: one alert, live or long closed, with what is due, what was done, and what may be done now.</summary>
internal static class ShowVerb
{
    public static Command Create(Terminal terminal)
    {
        var id = AlertText.Id("id");
        var json = new Option<bool>("--json") { Description = "As JSON." };
        return OfficerConnection.Verb(terminal, new Command("show", "Show an alert with its history and the steps that may be taken now.") { id, json }, async (client, headers, parsed, ct) =>
        {
            var found = await client.GetAsync(new V1.GetRequest { Id = parsed.GetValue(id) }, headers, cancellationToken: ct);
            foreach (var line in parsed.GetValue(json) ? [JsonFormatter.Default.Format(found)] : Lines(found))
            {
                await terminal.Out.WriteLineAsync(line);
            }

            return ExitCode.Done;
        });
    }

    private static IEnumerable<string> Lines(V1.GetResponse found)
    {
        var alert = found.Alert;
        yield return AlertText.Line(alert);
        string[] facts =
        [
            alert.Territory, alert.Address, alert.OwnerUnit, $"gateway {alert.Gateway}", $"rule {alert.RuleId}, threshold {AlertText.Value(alert.Threshold, alert.Unit)}",
            alert.Incident.Length > 0 ? $"incident {alert.Incident}" : "",
        ];
        yield return string.Join("  ", facts.Where(f => f.Length > 0));
        foreach (var due in alert.Deadlines.OrderBy(d => d.DueTime.ToDateTimeOffset()))
        {
            yield return $"due {DutyText.Of(due.DueTime)}  {AlertText.Step(due.Step)}, level {N(due.Level)}";
        }

        foreach (var missed in alert.Overdue)
        {
            yield return $"OVERDUE since {DutyText.Of(missed.DueTime)}  {AlertText.Step(missed.Step)}{AlertText.Word(missed.Supervision)}";
        }

        foreach (var entry in found.History)
        {
            yield return AlertText.Entry(entry, alert.Unit);
        }

        yield return $"Steps that may be taken now: {AlertText.Verbs(alert.LegalSteps)}.";
        yield return $"Only if nobody acts before you: --seeing {N(alert.Sequence)}";
    }

    private static string N(long number) => number.ToString(CultureInfo.InvariantCulture);
}
