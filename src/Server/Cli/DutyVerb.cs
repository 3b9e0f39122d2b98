using System.CommandLine;

namespace PingAnIoT.Server;

/// <summary><c>duty check|answer|checks|schedule|handover|takeover|handovers</c>: checks of those on duty, and what one shift leaves to the next.</summary>
internal static class DutyVerb
{
    public static Command Create(Terminal terminal) => new("duty", "Check duty, and hand it over.")
    {
        Check(terminal), Answer(terminal), Checks(terminal), Schedule(terminal), HandOver(terminal), TakeOver(terminal), HandOvers(terminal),
    };

    private static Command Check(Terminal terminal)
    {
        var (territory, role, seconds) = (DutyText.Territory(), DutyText.Role(), Seconds());
        return RosterVerb.Verb(terminal, new Command("check", "Have everybody on duty answer, or the territory above is told.") { territory, role, seconds }, async (client, headers, parsed, ct) =>
        {
            var request = new V1.StartCheckRequest
            {
                Territory = RosterVerb.Path(parsed.GetValue(territory)), Role = DutyText.RoleOf(parsed.GetValue(role)), AnswerSeconds = parsed.GetValue(seconds),
            };
            await terminal.Out.WriteLineAsync(DutyText.Line((await client.StartCheckAsync(request, headers, cancellationToken: ct)).Check));
            return ExitCode.Done;
        });
    }

    private static Command Answer(Terminal terminal)
    {
        var (id, note) = (new Argument<long>("id") { Description = "The check's number." }, Note());
        return RosterVerb.Verb(terminal, new Command("answer", "Answer a duty check.") { id, note }, async (client, headers, parsed, ct) =>
        {
            var request = new V1.AnswerCheckRequest { Id = parsed.GetValue(id), Note = parsed.GetValue(note) };
            await terminal.Out.WriteLineAsync(DutyText.Line((await client.AnswerCheckAsync(request, headers, cancellationToken: ct)).Check));
            return ExitCode.Done;
        });
    }

    private static Command Checks(Terminal terminal)
    {
        var open = new Option<bool>("--open") { Description = "Only those that run." };
        return RosterVerb.Verb(terminal, new Command("checks", "List duty checks, newest first.") { open }, async (client, headers, parsed, ct) =>
        {
            foreach (var check in (await client.ListChecksAsync(new V1.ListChecksRequest { OpenOnly = parsed.GetValue(open) }, headers, cancellationToken: ct)).Checks)
            {
                await terminal.Out.WriteLineAsync(DutyText.Line(check));
            }

            return ExitCode.Done;
        });
    }

    private static Command Schedule(Terminal terminal)
    {
        var (territory, role, seconds) = (DutyText.Territory(), DutyText.Role(), Seconds());
        var perDay = new Option<int>("--per-day") { Description = "How many; 0 ends it.", Required = true };
        var zone = new Option<string>("--zone") { Description = "E.g. Asia/Shanghai.", DefaultValueFactory = _ => "Asia/Shanghai" };
        var from = new Option<string>("--from") { Description = "Between this local time ...", DefaultValueFactory = _ => "00:00" };
        var to = new Option<string>("--to") { Description = "... and this one.", DefaultValueFactory = _ => "24:00" };
        var seed = new Option<long>("--seed") { Description = "What the moments are drawn from: who knows it knows them.", Required = true };
        return RosterVerb.Verb(terminal, new Command("schedule", "Have duty checks come at random moments.") { territory, role, perDay, zone, from, to, seconds, seed }, async (client, headers, parsed, ct) =>
        {
            await client.SetCheckScheduleAsync(
                new V1.SetCheckScheduleRequest
                {
                    Territory = RosterVerb.Path(parsed.GetValue(territory)), Role = DutyText.RoleOf(parsed.GetValue(role)), Zone = parsed.GetValue(zone), From = parsed.GetValue(from),
                    To = parsed.GetValue(to), PerDay = parsed.GetValue(perDay), AnswerSeconds = parsed.GetValue(seconds), Seed = parsed.GetValue(seed),
                }, headers, cancellationToken: ct);
            await terminal.Out.WriteLineAsync($"{DutyText.Place(RosterVerb.Path(parsed.GetValue(territory)))}: {parsed.GetValue(perDay)} checks a day");
            return ExitCode.Done;
        });
    }

    private static Command HandOver(Terminal terminal)
    {
        var (territory, role) = (DutyText.Territory(), DutyText.Role());
        var text = new Argument<string>("text") { Description = "What the next shift should know." };
        return RosterVerb.Verb(terminal, new Command("handover", "Leave the open alerts and a note to the next shift.") { territory, text, role }, async (client, headers, parsed, ct) =>
        {
            var request = new V1.HandOverRequest { Territory = RosterVerb.Path(parsed.GetValue(territory)), Role = DutyText.RoleOf(parsed.GetValue(role)), Text = parsed.GetValue(text) };
            await terminal.Out.WriteLineAsync(DutyText.Line((await client.HandOverAsync(request, headers, cancellationToken: ct)).Note));
            return ExitCode.Done;
        });
    }

    private static Command TakeOver(Terminal terminal)
    {
        var id = new Argument<long>("id") { Description = "The hand-over's number." };
        return RosterVerb.Verb(terminal, new Command("takeover", "Take over what the shift before left.") { id }, async (client, headers, parsed, ct) =>
        {
            await terminal.Out.WriteLineAsync(DutyText.Line((await client.TakeOverAsync(new V1.TakeOverRequest { Id = parsed.GetValue(id) }, headers, cancellationToken: ct)).Note));
            return ExitCode.Done;
        });
    }

    private static Command HandOvers(Terminal terminal)
    {
        var open = new Option<bool>("--open") { Description = "Only those that nobody took." };
        return RosterVerb.Verb(terminal, new Command("handovers", "List hand-overs, newest first.") { open }, async (client, headers, parsed, ct) =>
        {
            foreach (var note in (await client.ListHandOversAsync(new V1.ListHandOversRequest { OpenOnly = parsed.GetValue(open) }, headers, cancellationToken: ct)).Notes)
            {
                await terminal.Out.WriteLineAsync(DutyText.Line(note));
            }

            return ExitCode.Done;
        });
    }

    private static Option<int> Seconds() => new("--seconds") { Description = "Time for the answer: 5 to 3,600.", DefaultValueFactory = _ => 60 };

    private static Option<string> Note() => new("--note") { Description = "What you have to say.", DefaultValueFactory = _ => "" };
}
