using System.CommandLine;
using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary><c>rules check FILE...</c>, <c>rules schema</c>, <c>rules test</c> and <c>rules explain</c>.</summary>
internal static class RulesVerb
{
    public static Command Create(Terminal terminal)
    {
        var files = new Argument<string[]>("file") { Description = "Rule files.", Arity = ArgumentArity.OneOrMore };
        var check = new Command("check", "Say everything that is wrong with rule files, with line and column.") { files };
        check.SetAction((parsed, ct) => FileCheck.RunAsync(parsed.GetValue(files)!, terminal, Parse, ct));
        var schema = new Command("schema", "Print the JSON Schema of a rule file.");
        schema.SetAction(async (_, ct) =>
        {
            await terminal.Out.WriteLineAsync(RuleSchema.Json.AsMemory(), ct);
            return ExitCode.Done;
        });
        return new Command("rules", "Work on rules.") { check, schema, RulesTestVerb.Create(terminal), ExplainVerb.Create(terminal) };
    }

    private static (string? Holds, IReadOnlyList<RuleFileError> Errors, IReadOnlyList<string> Remarks) Parse(string text, string file)
    {
        var (rules, errors) = RuleFile.Parse(text, file, Catalog.Default);
        return (rules is null ? null : $"{rules.Rules.Count} rules", errors, []);
    }
}
