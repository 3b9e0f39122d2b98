using System.CommandLine;
using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary><c>rules test FILE...</c>: plays scenario tables against rules, and says of each whether it came out as told (docs/rules.md).</summary>
internal static class RulesTestVerb
{
    public static Command Create(Terminal terminal)
    {
        var paths = new Argument<string[]>("file")
        {
            Description = $"Scenario files, or folders: all *{ScenarioTest.Extension} in them.", Arity = ArgumentArity.OneOrMore,
        };
        var rules = new Option<string?>("--rules")
        {
            Description = "The rule file, or folder of them, that is tested; if not given, the rule files beside the scenarios, and where there are none the default rules.",
        };
        rules.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<string?>() is { } path && string.IsNullOrWhiteSpace(path))
            {
                r.AddError("--rules is empty; expected a rule file or a folder of them.");
            }
        });
        var command = new Command("test", "Play scenario tables against rules; 1 when one does not come out as told.") { paths, rules };
        command.SetAction((parsed, ct) => new ScenarioTest(terminal, parsed.GetValue(rules)).RunAsync(parsed.GetValue(paths)!, ct));
        return command;
    }
}
