using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary>The steps between acknowledging and closing, a verb each: all take an alert and may have a note.</summary>
internal static class StepVerbs
{
    private static readonly string[] Verdicts = ["real", "false", "test", "repair"];

    public static IReadOnlyList<Command> Create(Terminal terminal) =>
    [
        Plain(terminal, "see", "Say that you have been shown an alert.", async (client, id, note, headers, ct) =>
            (await client.SeeAsync(new V1.SeeRequest { Id = id, Note = note }, headers, cancellationToken: ct)).Alert),
        Triage(terminal),
        WithText(terminal, "report", "to", false, "The territory above that it is handed up to; without it the next one.", "Hand an alert up (上报); or, with a period in place of an alert, show its report.",
            async (client, id, to, note, headers, ct) =>
                (await client.ReportAsync(new V1.ReportRequest { Id = id, To = to, Note = note }, headers, cancellationToken: ct)).Alert),
        WithText(terminal, "dispatch", "to", true, "To whom: a team or a person.", "Give an alert to somebody to deal with (交办).",
            async (client, id, to, note, headers, ct) =>
                (await client.DispatchAsync(new V1.DispatchRequest { Id = id, To = to, Note = note }, headers, cancellationToken: ct)).Alert),
        Plain(terminal, "arrive", "Say that they are there (处置).", async (client, id, note, headers, ct) =>
            (await client.ArriveAsync(new V1.ArriveRequest { Id = id, Note = note }, headers, cancellationToken: ct)).Alert),
        Plain(terminal, "rectify", "Say that it is put right, and with --note how (反馈).", async (client, id, note, headers, ct) =>
            (await client.RectifyAsync(new V1.RectifyRequest { Id = id, Note = note }, headers, cancellationToken: ct)).Alert),
        Plain(terminal, "confirm", "Confirm that the condition has ended.", async (client, id, note, headers, ct) =>
            (await client.ConfirmAsync(new V1.ConfirmRequest { Id = id, Note = note }, headers, cancellationToken: ct)).Alert),
        Aside(terminal, "shelve", "Lay an alert aside for a time; --note says why.", true, "For how long, such as 20m.", "Shelve it?", async (client, id, note, time, isTrial, headers, ct) =>
        {
            var response = await client.ShelveAsync(new V1.ShelveRequest { Id = id, Note = note, Duration = time, ValidateOnly = isTrial }, headers, cancellationToken: ct);
            return (response.Alert, response.Preview);
        }),
        Plain(terminal, "unshelve", "End a shelving before its time.", async (client, id, note, headers, ct) =>
            (await client.UnshelveAsync(new V1.UnshelveRequest { Id = id, Note = note }, headers, cancellationToken: ct)).Alert),
        Aside(terminal, "out-of-service", "Take an alert's series out of service, so that nothing is due of it under its rule; --note says why. For a device as a whole: maintenance plan TERRITORY --device DEVICE.",
            false, "For how long, such as 4h; without it as long as the policy allows.", "Take it out of service?", async (client, id, note, time, isTrial, headers, ct) =>
            {
                var response = await client.TakeOutOfServiceAsync(new V1.TakeOutOfServiceRequest { Id = id, Note = note, Duration = time, ValidateOnly = isTrial }, headers, cancellationToken: ct);
                return (response.Alert, response.Preview);
            }),
        Plain(terminal, "return-to-service", "Return an alert's series to service.", async (client, id, note, headers, ct) =>
            (await client.ReturnToServiceAsync(new V1.ReturnToServiceRequest { Id = id, Note = note }, headers, cancellationToken: ct)).Alert),
    ];

    private static Command Triage(Terminal terminal)
    {
        var verdict = new Option<string>("--verdict") { Description = "What it is: real, false, test or repair.", Required = true };
        verdict.AcceptOnlyFromAmong(Verdicts);
        return Make(terminal, "triage", "Tell real from false (甄别).", [verdict], async (parsed, client, id, note, headers, ct) =>
        {
            var request = new V1.TriageRequest { Id = id, Note = note, Verdict = System.Enum.Parse<V1.Verdict>(parsed.GetValue(verdict)!, ignoreCase: true) };
            return (await client.TriageAsync(request, headers, cancellationToken: ct)).Alert;
        });
    }

    /// <summary>At a terminal what it would hold back is shown first, and asked about.</summary>
    private static Command Aside(
        Terminal terminal, string name, string description, bool isTimed, string howLong, string question,
        Func<V1.AlertService.AlertServiceClient, string, string, Duration?, bool, Metadata, CancellationToken, Task<(V1.Alert Alert, V1.HeldBackPreview Preview)>> ask)
    {
        var time = new Option<string?>("--for") { Description = howLong, Required = isTimed };
        var (dry, yes) = (HeldBackText.DryRun(), HeldBackText.Yes());
        var id = new Argument<string>("id") { Description = "The alert, e.g. K7QM-2XRD-9FVT." };
        var note = new Option<string>("--note") { Description = "Why.", DefaultValueFactory = _ => "" };
        return OfficerConnection.Verb(terminal, new Command(name, description) { id, time, note, dry, yes }, async (client, headers, parsed, ct) =>
        {
            var within = parsed.GetValue(time) is { } text ? Duration.FromTimeSpan(TimeSpan.FromMicroseconds(DurationText.Parse(text) ?? 0)) : null;
            var isDry = parsed.GetValue(dry);
            if (isDry || (terminal.IsInteractive && !parsed.GetValue(yes)))
            {
                await HeldBackText.ShowAsync(terminal, (await ask(client, parsed.GetValue(id)!, parsed.GetValue(note)!, within, true, headers, ct)).Preview);
                if (isDry || !await HeldBackText.AskAsync(terminal, question))
                {
                    return isDry ? ExitCode.Done : ExitCode.No;
                }
            }

            await terminal.Out.WriteLineAsync(AlertText.Line((await ask(client, parsed.GetValue(id)!, parsed.GetValue(note)!, within, false, headers, ct)).Alert));
            return ExitCode.Done;
        });
    }

    private static Command Plain(
        Terminal terminal, string name, string description,
        Func<V1.AlertService.AlertServiceClient, string, string, Metadata, CancellationToken, Task<V1.Alert>> step) =>
        Make(terminal, name, description, [], (_, client, id, note, headers, ct) => step(client, id, note, headers, ct));

    private static Command WithText(
        Terminal terminal, string name, string option, bool isRequired, string what, string description,
        Func<V1.AlertService.AlertServiceClient, string, string, string, Metadata, CancellationToken, Task<V1.Alert>> step)
    {
        var text = new Option<string>("--" + option) { Description = what, Required = isRequired };
        if (!isRequired)
        {
            text.DefaultValueFactory = _ => "";
        }

        return Make(terminal, name, description, [text], (parsed, client, id, note, headers, ct) =>
            step(client, id, parsed.GetValue(text)!, note, headers, ct));
    }

    private static Command Make(
        Terminal terminal, string name, string description, IReadOnlyList<System.CommandLine.Option> options,
        Func<ParseResult, V1.AlertService.AlertServiceClient, string, string, Metadata, CancellationToken, Task<V1.Alert>> step)
    {
        var id = new Argument<string>("id") { Description = "The alert, e.g. K7QM-2XRD-9FVT." };
        var note = new Option<string>("--note") { Description = "What you have to say.", DefaultValueFactory = _ => "" };
        var command = new Command(name, description) { id, note };
        options.ToList().ForEach(command.Add);
        return OfficerConnection.Verb(terminal, command, async (client, headers, parsed, ct) =>
        {
            var alert = await step(parsed, client, parsed.GetValue(id)!, parsed.GetValue(note)!, headers, ct);
            await terminal.Out.WriteLineAsync(AlertText.Line(alert));
            return ExitCode.Done;
        });
    }
}
