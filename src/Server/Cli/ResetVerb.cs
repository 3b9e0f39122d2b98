using System.CommandLine;

namespace PingAnIoT.Server;

/// <summary><c>reset ID [NOTE]</c>: ends what a latched rule says; what is still so is raised anew.</summary>
internal static class ResetVerb
{
    public static Command Create(Terminal terminal)
    {
        var id = AlertText.Id("id");
        var note = new Argument<string>("note") { Description = "What you have to say, at most 1,900 characters.", DefaultValueFactory = _ => "" };
        var seeing = StepVerbs.Seeing();
        return OfficerConnection.Verb(terminal, new Command("reset", "Reset an alert of a latched rule, which no reading ends.") { id, note, seeing }, async (client, headers, parsed, ct) =>
        {
            var request = new V1.ResetRequest { Id = parsed.GetValue(id), Note = parsed.GetValue(note), ExpectedSequence = parsed.GetValue(seeing) };
            var response = await client.ResetAsync(request, headers, cancellationToken: ct);
            await terminal.Out.WriteLineAsync(AlertText.Line(response.Alert));
            return ExitCode.Done;
        });
    }
}
