using System.CommandLine;
using Grpc.Core;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary><c>notices</c>: check a file, try a channel, and see and settle what became of notices.</summary>
internal static class NoticesVerb
{
    public static Command Create(Terminal terminal) => new("notices", "Work on who is told over what.")
    {
        Check(terminal), Test(terminal), List(terminal), Dead(terminal), OnDead(terminal, "retry", "Give a dead notice another round of tries."),
        OnDead(terminal, "discard", "Take a dead notice away that was seen to otherwise."), Channels(terminal),
    };

    private static Argument<string> File() => new("file") { Description = "The notice file." };

    private static Command Check(Terminal terminal)
    {
        var file = File();
        var command = new Command("check", "Say everything that is wrong with a notice file, with line and column.") { file };
        command.SetAction(async (parsed, ct) =>
        {
            var (config, status) = await ReadAsync(parsed.GetValue(file)!, terminal, ct);
            if (config is not null)
            {
                await terminal.Out.WriteLineAsync($"{parsed.GetValue(file)}: {config.Channels.Count} channels, {config.Contacts.Count} contacts, no errors");
            }

            return status;
        });
        return command;
    }

    /// <summary>From here, past any server: so it also tells whether this machine reaches the other side.</summary>
    private static Command Test(Terminal terminal)
    {
        var file = File();
        var name = new Option<string>("--channel") { Description = "The channel.", Required = true };
        var to = new Option<string>("--contact") { Description = "The contact whose address is used.", DefaultValueFactory = _ => "" };
        var command = new Command("test", "Send one test notice over a channel, from here, and print the answer.") { file, name, to };
        command.SetAction(async (parsed, ct) =>
        {
            var (config, status) = await ReadAsync(parsed.GetValue(file)!, terminal, ct);
            if (config is null)
            {
                return status;
            }

            var channel = config.Channel(parsed.GetValue(name)!);
            var contact = parsed.GetValue(to)!;
            var recipient = contact.Length == 0 ? config.Contacts.FirstOrDefault(c => c.Recipient.Channels.Contains(channel?.Name, StringComparer.Ordinal))?.Recipient
                    ?? new Recipient("test", [])
                : config.Contacts.FirstOrDefault(c => c.Recipient.Name == contact)?.Recipient;
            if (channel is null || recipient is null)
            {
                await terminal.Error.WriteLineAsync(channel is null ? $"There is no channel '{parsed.GetValue(name)}'." : $"There is no contact '{contact}'.");
                return ExitCode.Usage;
            }

            await using var sender = new NoticeSender(terminal.Time);
            var answer = await NoticeTrial.SendAsync(sender, channel, recipient, terminal.Time, ct);
            await terminal.Out.WriteLineAsync(answer.Length == 0 ? $"{channel.Name}: taken" : $"{channel.Name}: not taken: {answer}");
            return answer.Length == 0 ? ExitCode.Done : ExitCode.No;
        });
        return command;
    }

    private static Command List(Terminal terminal)
    {
        var alert = AlertText.Id("alert");
        var command = new Command("list", "List the notices of an alert: who was told, when, over what, in how many tries.") { alert };
        return Asking(terminal, command, async (client, headers, parsed, ct) =>
        {
            var answer = await client.ListNoticesAsync(new V1.ListNoticesRequest { AlertId = parsed.GetValue(alert) }, headers, cancellationToken: ct);
            foreach (var notice in answer.Notices)
            {
                await terminal.Out.WriteLineAsync(Line(notice));
            }
        });
    }

    private static Command Dead(Terminal terminal) => Asking(
        terminal, new Command("dead", "List notices that were tried as often as they may be."), async (client, headers, _, ct) =>
        {
            var request = new V1.ListDeadNoticesRequest { PageSize = 1_000 };
            do
            {
                var page = await client.ListDeadNoticesAsync(request, headers, cancellationToken: ct);
                foreach (var notice in page.Notices)
                {
                    await terminal.Out.WriteLineAsync(Line(notice));
                }

                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0);
        });

    private static Command OnDead(Terminal terminal, string verb, string description)
    {
        var key = new Argument<string>("key") { Description = "The notice's key, as `notices dead` prints it." };
        return Asking(terminal, new Command(verb, description) { key }, async (client, headers, parsed, ct) =>
        {
            if (verb == "retry")
            {
                await client.RetryNoticeAsync(new V1.RetryNoticeRequest { Key = parsed.GetValue(key) }, headers, cancellationToken: ct);
            }
            else
            {
                await client.DiscardNoticeAsync(new V1.DiscardNoticeRequest { Key = parsed.GetValue(key) }, headers, cancellationToken: ct);
            }

            await terminal.Out.WriteLineAsync($"{parsed.GetValue(key)}  {(verb == "retry" ? "is tried again" : "is discarded")}");
        });
    }

    private static Command Channels(Terminal terminal) => Asking(terminal, new Command("channels", "List the channels and how they fare."), async (client, headers, _, ct) =>
    {
        var answer = await client.ListChannelsAsync(new V1.ListChannelsRequest(), headers, cancellationToken: ct);
        foreach (var channel in answer.Channels)
        {
            await terminal.Out.WriteLineAsync(
                $"{channel.Name}  {channel.Type}{(channel.Fallback ? " (fallback)" : "")}  {(channel.OpenCircuit ? "TAKES NOTHING" : "open")}  "
                + $"{channel.DeadNotices} dead  {(channel.DeliverTime is null ? "nothing delivered yet" : "delivered " + channel.DeliverTime)}  {channel.Answer}".TrimEnd());
        }

        if (answer.CanaryTime is not null)
        {
            await terminal.Out.WriteLineAsync($"canary  {answer.CanaryTime}");
        }

        if (answer.Fault.Length > 0)
        {
            await terminal.Out.WriteLineAsync("FAULT: " + answer.Fault);
        }
    });

    private static Command Asking(
        Terminal terminal, Command command, Func<V1.NoticeService.NoticeServiceClient, Metadata, ParseResult, CancellationToken, Task> ask) =>
        OfficerConnection.Verb(terminal, command, channel => new V1.NoticeService.NoticeServiceClient(channel), async (client, headers, parsed, ct) =>
        {
            await ask(client, headers, parsed, ct);
            return ExitCode.Done;
        });

    private static string Line(V1.Notice notice) =>
        $"{notice.Key}  {notice.State.ToString().ToLowerInvariant()}  {notice.Reason.ToString().ToLowerInvariant()}  {notice.Tries} tries  {notice.ChangeTime}  {notice.Answer}".TrimEnd();

    private static async Task<(NoticeConfig? Config, int Status)> ReadAsync(string file, Terminal terminal, CancellationToken cancellationToken)
    {
        NoticeFileResult result;
        try
        {
            result = NoticeFile.Parse(await System.IO.File.ReadAllTextAsync(file, cancellationToken), file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await terminal.Error.WriteLineAsync($"{file}: {e.Message}");
            return (null, ExitCode.Usage);
        }

        foreach (var error in result.Errors)
        {
            await terminal.Out.WriteLineAsync(error.ToString());
        }

        return (result.Config, result.Config is null ? ExitCode.No : ExitCode.Done);
    }
}
