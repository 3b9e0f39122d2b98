using System.CommandLine;
using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary><c>rules check FILE...</c>, <c>rules schema</c> and <c>rules explain</c>.</summary>
internal static class RulesVerb
{
    public static Command Create(Terminal terminal)
    {
        var files = new Argument<string[]>("file") { Description = "Rule files.", Arity = ArgumentArity.OneOrMore };
        var check = new Command("check", "Say everything that is wrong with rule files, with line and column.") { files };
        check.SetAction((parsed, ct) => CheckAsync(parsed.GetValue(files)!, terminal, ct));
        var schema = new Command("schema", "Print the JSON Schema of a rule file.");
        schema.SetAction(async (_, ct) =>
        {
            await terminal.Out.WriteLineAsync(RuleSchema.Json.AsMemory(), ct);
            return ExitCode.Done;
        });
        return new Command("rules", "Work on rules.") { check, schema, ExplainVerb.Create(terminal) };
    }

    private static async Task<int> CheckAsync(string[] files, Terminal terminal, CancellationToken cancellationToken)
    {
        var status = ExitCode.Done;
        foreach (var file in files)
        {
            RuleFileResult result;
            try
            {
                result = RuleFile.Parse(await File.ReadAllTextAsync(file, cancellationToken), file, Catalog.Default);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                await terminal.Error.WriteLineAsync($"{file}: {e.Message}");
                status = ExitCode.Usage;
                continue;
            }

            foreach (var error in result.Errors)
            {
                await terminal.Out.WriteLineAsync(error.ToString());
            }

            if (result.RuleSet is { } rules)
            {
                await terminal.Out.WriteLineAsync($"{file}: {rules.Rules.Count} rules, no errors");
            }
            else
            {
                status = Math.Max(status, ExitCode.No);
            }
        }

        return status;
    }
}
