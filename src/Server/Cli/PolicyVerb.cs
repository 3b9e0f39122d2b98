using System.CommandLine;
using PingAnIoT.Alerts;
using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary><c>policy check FILE...</c>: everything that is wrong with policy files, with line and column. <c>policy show</c>: the one in force.</summary>
internal static class PolicyVerb
{
    public static Command Create(Terminal terminal)
    {
        var files = new Argument<string[]>("file") { Description = "Policy files.", Arity = ArgumentArity.OneOrMore };
        var check = new Command("check", "Say everything that is wrong with policy files, with line and column.") { files };
        check.SetAction((parsed, ct) => FileCheck.RunAsync(parsed.GetValue(files)!, terminal, (text, file) => Parse(text, file, terminal.Time.GetUtcNow()), ct));
        var show = OfficerConnection.Verb(terminal, new Command("show", "Print the policy in force."), channel => new V1.PolicyService.PolicyServiceClient(channel), async (client, headers, _, ct) =>
        {
            var policy = await client.GetPolicyAsync(new V1.GetPolicyRequest(), headers, cancellationToken: ct);
            await terminal.Out.WriteAsync(policy.Text);
            return ExitCode.Done;
        });
        return new Command("policy", "Work on the policy: what is due when, and who is told.") { check, show };
    }

    private static (string? Holds, IReadOnlyList<RuleFileError> Errors, IReadOnlyList<string> Remarks) Parse(string text, string file, DateTimeOffset now)
    {
        var (policy, errors) = PolicyFile.Parse(text, file);
        return (policy is null ? null : $"{policy.Rules.Count} deadlines", errors, policy?.Remarks(now) ?? []);
    }
}
