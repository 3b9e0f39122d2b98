using System.CommandLine;
using Grpc.Core;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary><c>roster show|set|check|override|cancel|gaps</c>; swaps are in <see cref="SwapVerb"/>.</summary>
internal static class RosterVerb
{
    public static Command Create(Terminal terminal) => new("roster", "Who is on duty, and when.")
    {
        Show(terminal), Set(terminal), Check(terminal), Override(terminal), Cancel(terminal), SwapVerb.Create(terminal), Gaps(terminal),
    };

    private static Command Show(Terminal terminal)
    {
        var (territory, role, from) = (DutyText.Territory(), DutyText.Role(), DutyText.Time("--from", "Now without it"));
        var days = new Option<int>("--days") { Description = "How many.", DefaultValueFactory = _ => 7 };
        days.Validators.Add(r => { if (r.GetValueOrDefault<int>() is < 1 or > 366) { r.AddError("--days is 1 to 366."); } });
        return Verb(terminal, new Command("show", "Show who is on duty now, and the roster of the days to come.") { territory, role, from, days }, async (client, headers, parsed, ct) =>
        {
            var (place, of) = (Path(parsed.GetValue(territory)), DutyText.RoleOf(parsed.GetValue(role)));
            var begin = parsed.GetValue(from) ?? terminal.Time.GetUtcNow();
            var who = await client.WhoIsOnDutyAsync(new V1.WhoIsOnDutyRequest { Territory = place, Role = of, Time = DutyText.Stamp(begin) }, headers, cancellationToken: ct);
            foreach (var why in who.Why)
            {
                await terminal.Out.WriteLineAsync(why);
            }

            await terminal.Out.WriteLineAsync($"on duty: {(who.Officers.Count > 0 ? DutyText.Who(who.Officers) : DutyText.Who(who.Source))}"
                + (who.Source is V1.DutySource.Own or V1.DutySource.Nobody || who.StandIn.Length == 0 ? "" : $", of {who.StandIn}"));
            var request = new V1.GetRosterRequest { Territory = place, Role = of, From = DutyText.Stamp(begin), To = DutyText.Stamp(begin.AddDays(parsed.GetValue(days))) };
            var roster = await client.GetRosterAsync(request, headers, cancellationToken: ct);
            string[] lines =
            [
                .. roster.Stretches.Select(DutyText.Line), .. roster.Overrides.Select(DutyText.Line), .. roster.Swaps.Select(DutyText.Line), .. roster.OpenHandOvers.Select(DutyText.Line),
            ];
            foreach (var line in lines)
            {
                await terminal.Out.WriteLineAsync(line);
            }

            return ExitCode.Done;
        });
    }

    private static Command Set(Terminal terminal)
    {
        var file = new Argument<string>("file") { Description = "The roster file (docs/duty.md)." };
        var from = DutyText.Time("--from", "In force from; now without it");
        return Verb(terminal, new Command("set", "Put a roster in force.") { file, from }, async (client, headers, parsed, ct) =>
        {
            if (await ReadAsync(parsed.GetValue(file)!, terminal) is not { } roster)
            {
                return ExitCode.No;
            }

            var wire = WireDuty.Of(roster);
            wire.EffectiveTime = DutyText.Stamp(parsed.GetValue(from));
            var answer = await client.SetRosterAsync(new V1.SetRosterRequest { Roster = wire }, headers, cancellationToken: ct);
            await terminal.Out.WriteLineAsync($"roster of {DutyText.Place(answer.Roster.Territory)} in force from {DutyText.Of(answer.Roster.EffectiveTime)}");
            return ExitCode.Done;
        });
    }

    private static Command Check(Terminal terminal)
    {
        var file = new Argument<string>("file") { Description = "The roster file." };
        var command = new Command("check", "Say everything that is wrong with a roster file, with line and column.") { file };
        command.SetAction(async (parsed, _) =>
        {
            if (await ReadAsync(parsed.GetValue(file)!, terminal) is not { } roster)
            {
                return ExitCode.No;
            }

            await terminal.Out.WriteLineAsync($"{parsed.GetValue(file)}: {roster.Shifts.Count} shifts, {roster.Teams.Count} teams, no errors");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Override(Terminal terminal)
    {
        var (territory, role) = (DutyText.Territory(), DutyText.Role());
        var absent = new Option<string>("--absent") { Description = "Who is not there.", DefaultValueFactory = _ => "" };
        var instead = new Option<string>("--instead") { Description = "Who is there instead; nobody without it.", DefaultValueFactory = _ => "" };
        var reason = new Option<string>("--reason") { Description = "Why.", DefaultValueFactory = _ => "" };
        var (from, to) = (DutyText.Time("--from", "From"), DutyText.Time("--to", "To"));
        (from.Required, to.Required) = (true, true);
        return Verb(terminal, new Command("override", "Put one officer in place of another for a time.") { territory, role, absent, instead, from, to, reason }, async (client, headers, parsed, ct) =>
        {
            var change = new V1.DutyOverride
            {
                Territory = Path(parsed.GetValue(territory)), Role = DutyText.RoleOf(parsed.GetValue(role)), Absent = parsed.GetValue(absent), Instead = parsed.GetValue(instead),
                Reason = parsed.GetValue(reason), From = DutyText.Stamp(parsed.GetValue(from)), To = DutyText.Stamp(parsed.GetValue(to)),
            };
            var answer = await client.SetOverrideAsync(new V1.SetOverrideRequest { Override = change }, headers, cancellationToken: ct);
            await terminal.Out.WriteLineAsync(DutyText.Line(answer.Override));
            return ExitCode.Done;
        });
    }

    private static Command Cancel(Terminal terminal)
    {
        var id = new Argument<long>("id") { Description = "The override's number." };
        return Verb(terminal, new Command("cancel", "End an override now.") { id }, async (client, headers, parsed, ct) =>
        {
            await client.CancelOverrideAsync(new V1.CancelOverrideRequest { Id = parsed.GetValue(id) }, headers, cancellationToken: ct);
            await terminal.Out.WriteLineAsync($"override {parsed.GetValue(id)} is over");
            return ExitCode.Done;
        });
    }

    private static Command Gaps(Terminal terminal)
    {
        var territory = new Option<string>("--territory") { Description = "That one and all below; all of yours without it.", DefaultValueFactory = _ => "" };
        var days = new Option<int>("--days") { Description = "How many; at most 92.", DefaultValueFactory = _ => 14 };
        return Verb(terminal, new Command("gaps", "Show the times to come that nobody is on duty. Exit status 1 when there are any.") { territory, days }, async (client, headers, parsed, ct) =>
        {
            var request = new V1.ListGapsRequest { Territory = parsed.GetValue(territory), Days = parsed.GetValue(days) };
            var gaps = (await client.ListGapsAsync(request, headers, cancellationToken: ct)).Gaps;
            foreach (var gap in gaps)
            {
                await terminal.Out.WriteLineAsync(
                    $"{DutyText.Of(gap.From)}  {DutyText.Of(gap.To)}  {DutyText.Place(gap.Territory)} {gap.Role.ToString().ToLowerInvariant()} {gap.Why}; "
                    + (gap.Source == V1.DutySource.Nobody ? "NOBODY stands in" : $"stands in: {(gap.StandIn.Length > 0 ? gap.StandIn : DutyText.Who(gap.Source))}"));
            }

            return gaps.Count == 0 ? ExitCode.Done : ExitCode.No;
        });
    }

    /// <summary>A verb of the service for duty and officers.</summary>
    internal static Command Verb(
        Terminal terminal, Command command, Func<V1.DutyService.DutyServiceClient, Metadata, ParseResult, CancellationToken, Task<int>> ask) =>
        OfficerConnection.Verb(terminal, command, channel => new V1.DutyService.DutyServiceClient(channel), ask);

    internal static string Path(string? territory) => (territory ?? "").Trim('/');

    private static async Task<RosterRecord?> ReadAsync(string file, Terminal terminal)
    {
        if (InputFile.Read(file, terminal.Error) is not { } text)
        {
            return null;
        }

        var result = RosterFile.Parse(text, file);
        foreach (var error in result.Errors)
        {
            await terminal.Out.WriteLineAsync(error.ToString());
        }

        return result.Roster;
    }
}
