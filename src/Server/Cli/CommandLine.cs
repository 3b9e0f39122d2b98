using System.CommandLine;
using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary>The program's verbs. Each has a file of its own.</summary>
public static class CommandLine
{
    public static async Task<int> RunAsync(string[] arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        var parsed = Root(terminal).Parse(arguments);
        if (parsed.Errors.Count > 0 && parsed.Action is System.CommandLine.Invocation.ParseErrorAction)
        {
            foreach (var error in Unknown(parsed) is { } unknown ? [unknown] : parsed.Errors.Select(e => e.Message))
            {
                await terminal.Error.WriteLineAsync(error);
            }

            await terminal.Error.WriteLineAsync("Try --help.");
            return ExitCode.Usage;
        }

        return await parsed.InvokeAsync(
            new InvocationConfiguration
            {
                Output = terminal.Out, Error = terminal.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
            },
            cancellationToken);
    }

    /// <returns>The first word that is neither a verb nor an option here, with the nearest that is; null when all are.</returns>
    private static string? Unknown(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens is not [var word, ..])
        {
            return null;
        }

        var command = parsed.CommandResult.Command;
        var near = NearestName.Find(word, command.Subcommands.Select(c => c.Name).Concat(command.Options.Select(o => o.Name)));
        var of = command is RootCommand ? "pinganiot" : command.Name;
        return $"'{word}' is no {(word.StartsWith('-') ? "option" : command.Subcommands.Count > 0 ? "verb" : "argument")} of {of}{(near is null ? "." : $"; did you mean '{near}'?")}";
    }

    internal static RootCommand Root(Terminal terminal)
    {
        var root = Verbs(terminal);
        StepVerbs.Create(terminal).ToList().ForEach(root.Add);
        ReportVerb.AddTo(root.Subcommands.Single(c => c.Name == "report"), terminal);
        return root;
    }

    private static RootCommand Verbs(Terminal terminal) => new(
        "PingAnIoT: readings in over MQTT, red / yellow / green alerts out to duty officers.\n"
        + "Exit status: 0 done, 1 the answer is no, 2 wrong usage or settings, 3 server unreachable.")
    {
        DemoVerb.Create(terminal),
        RunVerb.Create(terminal),
        RulesVerb.Create(terminal),
        SimulateVerb.Create(terminal),
        WatchVerb.Create(terminal),
        AlertsVerb.Create(terminal),
        ShowVerb.Create(terminal),
        IncidentsVerb.Create(terminal),
        CommentVerb.Create(terminal),
        PolicyVerb.Create(terminal),
        ResetVerb.Create(terminal),
        VerifyVerb.Create(terminal),
        ExportVerb.Create(terminal),
        BackupVerb.Create(terminal),
        RestoreVerb.Create(terminal),
        GatewaysVerb.Create(terminal),
        NoticesVerb.Create(terminal),
        MaintenanceVerb.Create(terminal),
        OfficersVerb.Create(terminal),
        RosterVerb.Create(terminal),
        DutyVerb.Create(terminal),
        DevicesVerb.Create(terminal),
        TerritoriesVerb.Create(terminal),
        DeadLettersVerb.Create(terminal),
        CountersVerb.Create(terminal),
        SignInVerb.Create(terminal),
        PasswordVerb.Create(terminal),
        SignOutVerb.Create(terminal),
    };
}
