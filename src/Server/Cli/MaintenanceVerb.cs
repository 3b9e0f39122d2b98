using System.CommandLine;
using Grpc.Core;
using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary><c>maintenance plan|list|confirm-red|end</c>: times in which what happens is recorded and not told.</summary>
internal static class MaintenanceVerb
{
    public static Command Create(Terminal terminal) => new("maintenance", "Times in which what happens at a place is recorded and not told.")
    {
        Plan(terminal), List(terminal),
        OnOne(terminal, "confirm-red", "Confirm, as a second person, that a window holds red back, too.", async (client, id, headers, ct) =>
            (await client.ConfirmRedMaintenanceAsync(new V1.ConfirmRedMaintenanceRequest { Id = id }, headers, cancellationToken: ct)).Window),
        OnOne(terminal, "end", "End a window now: what is still active is told.", async (client, id, headers, ct) =>
            (await client.EndMaintenanceAsync(new V1.EndMaintenanceRequest { Id = id }, headers, cancellationToken: ct)).Window),
    };

    private static Command Plan(Terminal terminal)
    {
        var territory = DutyText.Territory();
        var (from, to) = (DutyText.Time("--from", "Now without it"), DutyText.Time("--to", "The end"));
        var time = DutyText.For("For how long, such as 4h, in place of --to.");
        var (gateway, device) = (Text("--gateway", "What hangs behind it, and itself."), Text("--device", "A device."));
        var (kind, rule) = (Text("--kind", "Devices of that kind."), Text("--rule", "Alerts of that rule."));
        var reason = new Option<string>("--reason") { Description = "Why.", Required = true };
        var red = new Option<bool>("--including-red") { Description = "Red too, once a second person has confirmed it." };
        var (dry, yes) = (HeldBackText.DryRun(), HeldBackText.Yes());
        var command = new Command("plan", "Plan a window, after a look at what it would hold back.")
        {
            territory, from, to, time, gateway, device, kind, rule, reason, red, dry, yes,
        };
        return Verb(terminal, command, async (client, headers, parsed, ct) =>
        {
            var begin = parsed.GetValue(from);
            var end = parsed.GetValue(to) ?? (DurationText.Parse(parsed.GetValue(time) ?? "") is { } micros ? (begin ?? terminal.Time.GetUtcNow()).AddMicroseconds(micros) : null);
            if (end is null)
            {
                await terminal.Error.WriteLineAsync("Say until when: --to TIME, or --for such as 4h.");
                return ExitCode.Usage;
            }

            var window = new V1.MaintenanceWindow
            {
                Scope = new V1.AlertScope
                {
                    Territory = RosterVerb.Path(parsed.GetValue(territory)), Gateway = parsed.GetValue(gateway), Device = parsed.GetValue(device), Kind = parsed.GetValue(kind),
                    Rule = parsed.GetValue(rule),
                },
                From = DutyText.Stamp(begin), To = DutyText.Stamp(end), Reason = parsed.GetValue(reason), IncludingRed = parsed.GetValue(red),
            };
            var isDry = parsed.GetValue(dry);
            if (isDry || (terminal.IsInteractive && !parsed.GetValue(yes)))
            {
                var trial = new V1.PlanMaintenanceRequest { Window = window, ValidateOnly = true };
                await HeldBackText.ShowAsync(terminal, (await client.PlanMaintenanceAsync(trial, headers, cancellationToken: ct)).Preview);
                if (isDry || !await HeldBackText.AskAsync(terminal, "Plan it?"))
                {
                    return isDry ? ExitCode.Done : ExitCode.No;
                }
            }

            var planned = (await client.PlanMaintenanceAsync(new V1.PlanMaintenanceRequest { Window = window }, headers, cancellationToken: ct)).Window;
            await terminal.Out.WriteLineAsync(Line(planned));
            return ExitCode.Done;
        });
    }

    private static Command List(Terminal terminal)
    {
        var all = new Option<bool>("--all") { Description = "Also those that are over." };
        return Verb(terminal, new Command("list", "List windows, newest first, with what they hold back.") { all }, async (client, headers, parsed, ct) =>
        {
            var request = new V1.ListMaintenanceRequest { PageSize = 1_000, IncludeEnded = parsed.GetValue(all) };
            do
            {
                var page = await client.ListMaintenanceAsync(request, headers, cancellationToken: ct);
                foreach (var window in page.Windows)
                {
                    await terminal.Out.WriteLineAsync(Line(window));
                }

                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0);
            return ExitCode.Done;
        });
    }

    private static Command OnOne(
        Terminal terminal, string name, string description,
        Func<V1.MaintenanceService.MaintenanceServiceClient, long, Metadata, CancellationToken, Task<V1.MaintenanceWindow>> act)
    {
        var id = new Argument<long>("id") { Description = "The window's number." };
        return Verb(terminal, new Command(name, description) { id }, async (client, headers, parsed, ct) =>
        {
            await terminal.Out.WriteLineAsync(Line(await act(client, parsed.GetValue(id), headers, ct)));
            return ExitCode.Done;
        });
    }

    private static string Line(V1.MaintenanceWindow window)
    {
        var scope = window.Scope;
        string[] parts = [DutyText.Place(scope.Territory), Part("gateway", scope.Gateway), Part("device", scope.Device), Part("kind", scope.Kind), Part("rule", scope.Rule)];
        var red = !window.IncludingRed ? "" : window.RedConfirmedBy.Length > 0 ? $"  red too ({window.RedConfirmedBy})" : "  RED NOT CONFIRMED";
        var held = window.State == V1.MaintenanceState.Ended ? $"  over{(window.EndedBy.Length > 0 ? ", ended by " + window.EndedBy : "")}" : $"  {window.HeldBack} held back of {HeldBackText.Counts(window.Alerts)}";
        return $"maintenance {window.Id}  {window.State}  {DutyText.Of(window.From)}  {DutyText.Of(window.To)}  "
            + $"{string.Join("", parts)}{red}{held}  {window.Officer}: {window.Reason}";
    }

    private static string Part(string name, string value) => value.Length == 0 ? "" : $" {name} {value}";

    private static Option<string> Text(string name, string description) => new(name) { Description = description, DefaultValueFactory = _ => "" };

    private static Command Verb(
        Terminal terminal, Command command, Func<V1.MaintenanceService.MaintenanceServiceClient, Metadata, ParseResult, CancellationToken, Task<int>> ask) =>
        OfficerConnection.Verb(terminal, command, channel => new V1.MaintenanceService.MaintenanceServiceClient(channel), ask);
}
