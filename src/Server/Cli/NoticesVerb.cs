using System.CommandLine;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary><c>notices check FILE</c>: says everything that is wrong with a notice file, and sends nothing.</summary>
internal static class NoticesVerb
{
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("file") { Description = "The notice file." };
        var check = new Command("check", "Say everything that is wrong with a notice file, with line and column.") { file };
        check.SetAction((parsed, ct) => CheckAsync(parsed.GetValue(file)!, terminal, ct));
        return new Command("notices", "Work on who is told over what.") { check };
    }

    private static async Task<int> CheckAsync(string file, Terminal terminal, CancellationToken cancellationToken)
    {
        NoticeFileResult result;
        try
        {
            result = NoticeFile.Parse(await File.ReadAllTextAsync(file, cancellationToken), file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await terminal.Error.WriteLineAsync($"{file}: {e.Message}");
            return ExitCode.Usage;
        }

        foreach (var error in result.Errors)
        {
            await terminal.Out.WriteLineAsync(error.ToString());
        }

        if (result.Config is not { } config)
        {
            return ExitCode.No;
        }

        await terminal.Out.WriteLineAsync($"{file}: {config.Channels.Count} channels, {config.Contacts.Count} contacts, no errors");
        return ExitCode.Done;
    }
}
