using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary>The steps of the work, a verb each: all take an alert, may have a note, and with <c>--seeing</c> act only on what was seen.</summary>
internal static class StepVerbs
{
    private static readonly string[] Verdicts = ["real", "false", "test", "repair"];

    public static IReadOnlyList<Command> Create(Terminal terminal) =>
    [
        Plain(terminal, "see", "Say that you have been shown an alert.", async (client, asked, headers, ct) =>
            (await client.SeeAsync(new V1.SeeRequest { Id = asked.Id, Note = asked.Note, ExpectedSequence = asked.Seeing }, headers, cancellationToken: ct)).Alert),
        Plain(terminal, "ack", "Acknowledge an alert: \"I have seen it and see to it.\"", async (client, asked, headers, ct) =>
            (await client.AcknowledgeAsync(new V1.AcknowledgeRequest { Id = asked.Id, Note = asked.Note, ExpectedSequence = asked.Seeing }, headers, cancellationToken: ct)).Alert),
        WithVerdict(terminal, "triage", "Tell real from false (甄别).", async (client, asked, verdict, headers, ct) =>
            (await client.TriageAsync(new V1.TriageRequest { Id = asked.Id, Note = asked.Note, ExpectedSequence = asked.Seeing, Verdict = verdict }, headers, cancellationToken: ct)).Alert),
        WithText(terminal, "report", "to", false, "The territory above that it is handed up to; without it the next one.", "Hand an alert up (上报); or, with a period in place of an alert, show its report.",
            async (client, asked, to, headers, ct) =>
                (await client.ReportAsync(new V1.ReportRequest { Id = asked.Id, To = to, Note = asked.Note, ExpectedSequence = asked.Seeing }, headers, cancellationToken: ct)).Alert),
        WithText(terminal, "dispatch", "to", true, "To whom: a team or a person.", "Give an alert to somebody to deal with (交办); to send others than a colleague did, say with --seeing what you saw last.",
            async (client, asked, to, headers, ct) =>
                (await client.DispatchAsync(new V1.DispatchRequest { Id = asked.Id, To = to, Note = asked.Note, ExpectedSequence = asked.Seeing }, headers, cancellationToken: ct)).Alert),
        Plain(terminal, "arrive", "Say that they are there (处置).", async (client, asked, headers, ct) =>
            (await client.ArriveAsync(new V1.ArriveRequest { Id = asked.Id, Note = asked.Note, ExpectedSequence = asked.Seeing }, headers, cancellationToken: ct)).Alert),
        Plain(terminal, "rectify", "Say that it is put right, and with --note how (反馈).", async (client, asked, headers, ct) =>
            (await client.RectifyAsync(new V1.RectifyRequest { Id = asked.Id, Note = asked.Note, ExpectedSequence = asked.Seeing }, headers, cancellationToken: ct)).Alert),
        Plain(terminal, "confirm", "Confirm that the condition has ended.", async (client, asked, headers, ct) =>
            (await client.ConfirmAsync(new V1.ConfirmRequest { Id = asked.Id, Note = asked.Note, ExpectedSequence = asked.Seeing }, headers, cancellationToken: ct)).Alert),
        WithVerdict(terminal, "close", "Close an alert with a verdict (办结); --note says why, where it is active still.", async (client, asked, verdict, headers, ct) =>
            (await client.CloseAsync(new V1.CloseRequest { Id = asked.Id, Note = asked.Note, ExpectedSequence = asked.Seeing, Verdict = verdict }, headers, cancellationToken: ct)).Alert),
        Aside(terminal, "shelve", "Lay an alert aside for a time; --note says why.", true, "For how long, such as 20m.", "Shelve it?", async (client, asked, time, isTrial, headers, ct) =>
        {
            var request = new V1.ShelveRequest { Id = asked.Id, Note = asked.Note, ExpectedSequence = asked.Seeing, Duration = time, ValidateOnly = isTrial };
            var response = await client.ShelveAsync(request, headers, cancellationToken: ct);
            return (response.Alert, response.Preview);
        }),
        Plain(terminal, "unshelve", "End a shelving before its time.", async (client, asked, headers, ct) =>
            (await client.UnshelveAsync(new V1.UnshelveRequest { Id = asked.Id, Note = asked.Note, ExpectedSequence = asked.Seeing }, headers, cancellationToken: ct)).Alert),
        Aside(terminal, "out-of-service", "Take an alert's series out of service, so that nothing is due of it under its rule; --note says why. For a device as a whole: maintenance plan TERRITORY --device DEVICE.",
            false, "For how long, such as 4h; without it as long as the policy allows.", "Take it out of service?", async (client, asked, time, isTrial, headers, ct) =>
            {
                var request = new V1.TakeOutOfServiceRequest { Id = asked.Id, Note = asked.Note, ExpectedSequence = asked.Seeing, Duration = time, ValidateOnly = isTrial };
                var response = await client.TakeOutOfServiceAsync(request, headers, cancellationToken: ct);
                return (response.Alert, response.Preview);
            }),
        Plain(terminal, "return-to-service", "Return an alert's series to service.", async (client, asked, headers, ct) =>
            (await client.ReturnToServiceAsync(new V1.ReturnToServiceRequest { Id = asked.Id, Note = asked.Note, ExpectedSequence = asked.Seeing }, headers, cancellationToken: ct)).Alert),
    ];

    public static Option<long> Seeing() => new("--seeing") { Description = "Only if that is still the alert's newest entry, as `show` says it." };

    /// <summary>At a terminal what it would hold back is shown first, and asked about.</summary>
    private static Command Aside(
        Terminal terminal, string name, string description, bool isTimed, string howLong, string question,
        Func<V1.AlertService.AlertServiceClient, Asked, Duration?, bool, Metadata, CancellationToken, Task<(V1.Alert Alert, V1.HeldBackPreview Preview)>> ask)
    {
        var time = DutyText.For(howLong);
        time.Required = isTimed;
        var (dry, yes) = (HeldBackText.DryRun(), HeldBackText.Yes());
        return Make(terminal, name, description, [time, dry, yes], async (client, asked, parsed, headers, ct) =>
        {
            var within = parsed.GetValue(time) is { } text ? Duration.FromTimeSpan(TimeSpan.FromMicroseconds(DurationText.Parse(text)!.Value)) : null;
            var isDry = parsed.GetValue(dry);
            if (isDry || (terminal.IsInteractive && !parsed.GetValue(yes)))
            {
                await HeldBackText.ShowAsync(terminal, (await ask(client, asked, within, true, headers, ct)).Preview);
                if (isDry || !await HeldBackText.AskAsync(terminal, question))
                {
                    return isDry ? ExitCode.Done : ExitCode.No;
                }
            }

            return await SayAsync(terminal, (await ask(client, asked, within, false, headers, ct)).Alert);
        });
    }

    private static Command Plain(
        Terminal terminal, string name, string description, Func<V1.AlertService.AlertServiceClient, Asked, Metadata, CancellationToken, Task<V1.Alert>> step) =>
        Make(terminal, name, description, [], async (client, asked, _, headers, ct) => await SayAsync(terminal, await step(client, asked, headers, ct)));

    private static Command WithVerdict(
        Terminal terminal, string name, string description, Func<V1.AlertService.AlertServiceClient, Asked, V1.Verdict, Metadata, CancellationToken, Task<V1.Alert>> step)
    {
        var verdict = new Option<string>("--verdict") { Description = "What it is: real, false, test or repair.", Required = true };
        verdict.AcceptOnlyFromAmong(Verdicts);
        return Make(terminal, name, description, [verdict], async (client, asked, parsed, headers, ct) =>
            await SayAsync(terminal, await step(client, asked, System.Enum.Parse<V1.Verdict>(parsed.GetValue(verdict)!, ignoreCase: true), headers, ct)));
    }

    private static Command WithText(
        Terminal terminal, string name, string option, bool isRequired, string what, string description,
        Func<V1.AlertService.AlertServiceClient, Asked, string, Metadata, CancellationToken, Task<V1.Alert>> step)
    {
        var text = new Option<string>("--" + option) { Description = what, Required = isRequired };
        if (!isRequired)
        {
            text.DefaultValueFactory = _ => "";
        }

        return Make(terminal, name, description, [text], async (client, asked, parsed, headers, ct) =>
            await SayAsync(terminal, await step(client, asked, parsed.GetValue(text)!, headers, ct)));
    }

    private static Command Make(
        Terminal terminal, string name, string description, IReadOnlyList<System.CommandLine.Option> options,
        Func<V1.AlertService.AlertServiceClient, Asked, ParseResult, Metadata, CancellationToken, Task<int>> ask)
    {
        var id = AlertText.Id("id");
        var note = new Option<string>("--note") { Description = "What you have to say.", DefaultValueFactory = _ => "" };
        var seeing = Seeing();
        var command = new Command(name, description) { id, note, seeing };
        options.ToList().ForEach(command.Add);
        return OfficerConnection.Verb(terminal, command, (client, headers, parsed, ct) =>
            ask(client, new Asked(parsed.GetValue(id)!, parsed.GetValue(note)!, parsed.GetValue(seeing)), parsed, headers, ct));
    }

    private static async Task<int> SayAsync(Terminal terminal, V1.Alert alert)
    {
        await terminal.Out.WriteLineAsync(AlertText.Line(alert));
        return ExitCode.Done;
    }

    /// <param name="Seeing">The alert's newest entry as it was seen; 0 to act on whatever it is now.</param>
    private readonly record struct Asked(string Id, string Note, long Seeing);
}
