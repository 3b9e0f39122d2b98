using System.CommandLine;
using System.Globalization;
using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary><c>rules check FILE...</c>, <c>rules schema</c>, <c>rules test</c>; of a running server <c>rules list</c>, <c>rules errors</c> and <c>rules explain</c>.</summary>
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
        return new Command("rules", "Work on rules.") { check, schema, RulesTestVerb.Create(terminal), List(terminal), Errors(terminal), ExplainVerb.Create(terminal) };
    }

    private static Command List(Terminal terminal)
    {
        var json = PagedList.Json();
        return Asking(terminal, new Command("list", "List the rules in force at a server.") { json }, async (client, headers, parsed, ct) =>
        {
            var rules = await PagedList.ReadAsync<V1.Rule>(terminal, int.MaxValue, async (size, token) =>
            {
                var page = await client.ListRulesAsync(new V1.ListRulesRequest { PageSize = size, PageToken = token }, headers, cancellationToken: ct);
                return (page.Rules, page.NextPageToken);
            });
            return await PagedList.WriteAsync(terminal, rules, parsed.GetValue(json), Line);
        });
    }

    private static Command Errors(Terminal terminal)
    {
        var json = PagedList.Json();
        var command = new Command("errors", "Show what was wrong with the newest rule file that a server refused. Exit status 1 when there is any.") { json };
        return Asking(terminal, command, async (client, headers, parsed, ct) =>
        {
            var errors = (await client.GetLastErrorsAsync(new V1.GetLastErrorsRequest(), headers, cancellationToken: ct)).Errors;
            await PagedList.WriteAsync(terminal, errors, parsed.GetValue(json), e => new RuleFileError(e.File, e.Line, e.Column, e.Message).ToString());
            return errors.Count == 0 ? ExitCode.Done : ExitCode.No;
        });
    }

    private static string Line(V1.Rule rule)
    {
        var bands = rule.Bands.Select(b => string.Create(
            CultureInfo.InvariantCulture, $"{AlertText.Word(b.Severity)} {b.Comparison} {(b.SetPoint.Length > 0 ? $"${b.SetPoint} or " : "")}{AlertText.Value(b.Threshold, rule.Unit)}"));
        string[] parts =
        [
            rule.Id, $"{rule.Kind}/{rule.Quantity}", rule.When, string.Join(", ", bands), rule.HoldSeconds > 0 ? string.Create(CultureInfo.InvariantCulture, $"hold {rule.HoldSeconds} s") : "",
            rule.Latch ? "latched" : "", rule.During, $"{rule.Title?.Zh} {rule.Title?.En}".Trim(),
        ];
        return string.Join("  ", parts.Where(p => p.Length > 0));
    }

    private static Command Asking(
        Terminal terminal, Command command, Func<V1.RuleService.RuleServiceClient, Grpc.Core.Metadata, ParseResult, CancellationToken, Task<int>> ask) =>
        OfficerConnection.Verb(terminal, command, channel => new V1.RuleService.RuleServiceClient(channel), ask);

    private static (string? Holds, IReadOnlyList<RuleFileError> Errors, IReadOnlyList<string> Remarks) Parse(string text, string file)
    {
        var (rules, errors) = RuleFile.Parse(text, file, Catalog.Default);
        return (rules is null ? null : $"{rules.Rules.Count} rules", errors, []);
    }
}
