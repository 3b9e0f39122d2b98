using System.CommandLine;

namespace PingAnIoT.Server;

/// <summary><c>ack ID</c>: "I have seen it and see to it."</summary>
internal static class AckVerb
{
    public static Command Create(Terminal terminal)
    {
        var id = new Argument<string>("id") { Description = "The alert, e.g. K7QM-2XRD-9FVT." };
        var note = new Option<string>("--note") { Description = "What you have to say.", DefaultValueFactory = _ => "" };
        return OfficerConnection.Verb(terminal, new Command("ack", "Acknowledge an alert.") { id, note }, async (client, headers, parsed, ct) =>
        {
            var request = new V1.AcknowledgeRequest { Id = parsed.GetValue(id), Note = parsed.GetValue(note) };
            var response = await client.AcknowledgeAsync(request, headers, cancellationToken: ct);
            await terminal.Out.WriteLineAsync(AlertText.Line(response.Alert));
            return ExitCode.Done;
        });
    }
}
