using System.CommandLine;

namespace PingAnIoT.Server;

/// <summary><c>roster swap ask|agree|decline|withdraw|approve|refuse</c>.</summary>
internal static class SwapVerb
{
    private static readonly (string Word, V1.SwapAnswer Answer, string Description)[] Answers =
    [
        ("agree", V1.SwapAnswer.Agree, "Agree to what another asked of you."), ("decline", V1.SwapAnswer.Decline, "Decline it."),
        ("withdraw", V1.SwapAnswer.Withdraw, "Take back what you asked."), ("approve", V1.SwapAnswer.Approve, "Approve a swap that two agree on, as a supervisor."),
        ("refuse", V1.SwapAnswer.Refuse, "Refuse it."),
    ];

    public static Command Create(Terminal terminal)
    {
        var command = new Command("swap", "Swap shifts.") { Ask(terminal) };
        foreach (var (word, answer, description) in Answers)
        {
            var id = new Argument<long>("id") { Description = "The swap's number." };
            command.Add(RosterVerb.Verb(terminal, new Command(word, description) { id }, async (client, headers, parsed, ct) =>
            {
                var request = new V1.AnswerSwapRequest { Id = parsed.GetValue(id), Answer = answer };
                await terminal.Out.WriteLineAsync(DutyText.Line((await client.AnswerSwapAsync(request, headers, cancellationToken: ct)).Swap));
                return ExitCode.Done;
            }));
        }

        return command;
    }

    private static Command Ask(Terminal terminal)
    {
        var (territory, role) = (DutyText.Territory(), DutyText.Role());
        var other = new Argument<string>("other") { Description = "Who is to take your shift." };
        var (from, to) = (DutyText.Time("--from", "Your time"), DutyText.Time("--to", "To"));
        var (backFrom, backTo) = (DutyText.Time("--back-from", "The other's time in return"), DutyText.Time("--back-to", "To"));
        var note = new Option<string>("--note") { Description = "What you have to say.", DefaultValueFactory = _ => "" };
        (from.Required, to.Required) = (true, true);
        return RosterVerb.Verb(terminal, new Command("ask", "Ask another to take a shift of yours.") { territory, other, role, from, to, backFrom, backTo, note }, async (client, headers, parsed, ct) =>
        {
            var swap = new V1.Swap
            {
                Territory = RosterVerb.Path(parsed.GetValue(territory)), Role = DutyText.RoleOf(parsed.GetValue(role)), Other = parsed.GetValue(other), Note = parsed.GetValue(note),
                From = DutyText.Stamp(parsed.GetValue(from)), To = DutyText.Stamp(parsed.GetValue(to)),
                BackFrom = DutyText.Stamp(parsed.GetValue(backFrom)), BackTo = DutyText.Stamp(parsed.GetValue(backTo)),
            };
            await terminal.Out.WriteLineAsync(DutyText.Line((await client.AskSwapAsync(new V1.AskSwapRequest { Swap = swap }, headers, cancellationToken: ct)).Swap));
            return ExitCode.Done;
        });
    }
}
