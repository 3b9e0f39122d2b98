using System.CommandLine;
using System.Globalization;
using PingAnIoT.Rules;
using PingAnIoT.Simulators;

namespace PingAnIoT.Server;

/// <summary><c>simulate</c>: a fleet with ground truth against a server, or at its own clock against the engine alone; then its scorecard.</summary>
internal static class SimulateVerb
{
    public static Command Create(Terminal terminal)
    {
        var fleet = new FleetChoice();
        var score = new ScoreOutput();
        var live = new LiveOptions();
        var isVirtual = new Option<bool>("--virtual") { Description = "No server: the real decoder and engine at the fleet's own clock, as fast as they can." };
        var rules = new Option<string?>("--rules") { Description = "With --virtual: judge by this rule file instead of the default rules." };
        var drop = new Option<int>("--drop-each") { Description = "With --virtual: acknowledge every so manieth message and lose it; 0 for none." };
        var register = new Option<string?>("--register") { Description = "Write the fleet's device register to this file, and end." };
        var command = new Command("simulate", "Play a fleet of believable devices with known incidents, and score what the alerts made of them.")
        {
            isVirtual, rules, drop, register,
        };
        fleet.AddTo(command);
        score.AddTo(command);
        live.AddTo(command);
        command.SetAction((parsed, ct) => RunAsync(parsed, ct));
        return command;

        async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
        {
            var output = score.Read(parsed, terminal.Error);
            var isLive = !parsed.GetValue(isVirtual) && parsed.GetValue(register) is null;
            var plan = output is null ? null : fleet.Read(parsed, isLive ? length => live.StartSeconds(parsed, length, terminal.Time) : null, terminal.Error);
            if (output is null || plan is null)
            {
                return ExitCode.Usage;
            }

            await terminal.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"seed {plan.Fleet.Seed}"));
            if (parsed.GetValue(register) is { } file)
            {
                await WriteRegisterAsync(plan.Fleet, file, terminal);
                return ExitCode.Done;
            }

            if (!parsed.GetValue(isVirtual))
            {
                return await live.RunAsync(parsed, plan, output, terminal, cancellationToken);
            }

            var set = Rules(parsed.GetValue(rules), terminal.Error);
            if (set is null)
            {
                return ExitCode.Usage;
            }

            using var view = new ProgressView(terminal);
            var card = VirtualScore.Of(plan, set, parsed.GetValue(drop), terminal.Time, view.Show, cancellationToken);
            view.Clear();
            return output.Write(card, terminal);
        }
    }

    private static async Task WriteRegisterAsync(Fleet fleet, string file, Terminal terminal)
    {
        await using var writer = new StreamWriter(file);
        FleetRegister.WriteCsv(fleet, writer);
        await terminal.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{fleet.Devices} devices in {file}"));
    }

    private static RuleSet? Rules(string? file, TextWriter errors)
    {
        var (text, name) = file is null ? (DefaultRules.Text, DefaultRules.FileName) : (InputFile.Read(file, errors), file);
        if (text is null)
        {
            return null;
        }

        var result = RuleFile.Parse(text, name, Catalog.Default);
        foreach (var error in result.Errors)
        {
            errors.WriteLine(error);
        }

        return result.RuleSet;
    }
}
