using System.CommandLine;

namespace PingAnIoT.Server;

/// <summary><c>comment ID NOTE</c>: puts a remark on record.</summary>
internal static class CommentVerb
{
    public static Command Create(Terminal terminal)
    {
        var id = AlertText.Id("id");
        var note = new Argument<string>("note") { Description = "What you have to say, at most 2,000 characters." };
        return OfficerConnection.Verb(terminal, new Command("comment", "Comment on an alert.") { id, note }, async (client, headers, parsed, ct) =>
        {
            var request = new V1.CommentRequest { Id = parsed.GetValue(id), Note = parsed.GetValue(note) };
            var response = await client.CommentAsync(request, headers, cancellationToken: ct);
            await terminal.Out.WriteLineAsync(AlertText.Line(response.Alert));
            return ExitCode.Done;
        });
    }
}
