using System.CommandLine;

namespace PingAnIoT.Server;

/// <summary><c>close ID --verdict V</c>: the work is done, and this is what it was.</summary>
internal static class CloseVerb
{
    private static readonly string[] Verdicts = ["real", "false", "test", "repair"];

    public static Command Create(Terminal terminal)
    {
        var id = new Argument<string>("id") { Description = "The alert, e.g. K7QM-2XRD-9FVT." };
        var verdict = new Option<string>("--verdict") { Description = "What it was: real, false, test or repair.", Required = true };
        verdict.AcceptOnlyFromAmong(Verdicts);
        var note = new Option<string>("--note") { Description = "Why; required while the condition is active.", DefaultValueFactory = _ => "" };
        return OfficerConnection.Verb(terminal, new Command("close", "Close an alert with a verdict.") { id, verdict, note }, async (client, headers, parsed, ct) =>
        {
            var request = new V1.CloseRequest
            {
                Id = parsed.GetValue(id),
                Verdict = Enum.Parse<V1.Verdict>(parsed.GetValue(verdict)!, ignoreCase: true),
                Note = parsed.GetValue(note),
            };
            var response = await client.CloseAsync(request, headers, cancellationToken: ct);
            await terminal.Out.WriteLineAsync(AlertText.Line(response.Alert));
            return ExitCode.Done;
        });
    }
}
