using System.CommandLine;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary><c>policy check FILE...</c>: everything that is wrong with policy files, with line and column. <c>policy show</c>: the one in force.</summary>
internal static class PolicyVerb
{
    public static Command Create(Terminal terminal)
    {
        var files = new Argument<string[]>("file") { Description = "Policy files.", Arity = ArgumentArity.OneOrMore };
        var check = new Command("check", "Say everything that is wrong with policy files, with line and column.") { files };
        check.SetAction((parsed, ct) => CheckAsync(parsed.GetValue(files)!, terminal, ct));
        var connection = new OfficerConnection();
        var show = new Command("show", "Print the policy in force.");
        connection.AddTo(show);
        show.SetAction((parsed, ct) => connection.UseAsync(parsed, terminal, async (channel, headers) =>
        {
            var policy = await new V1.PolicyService.PolicyServiceClient(channel).GetPolicyAsync(new V1.GetPolicyRequest(), headers, cancellationToken: ct);
            await terminal.Out.WriteAsync(policy.Text);
            return ExitCode.Done;
        }, ct));
        return new Command("policy", "Work on the policy: what is due when, and who is told.") { check, show };
    }

    private static async Task<int> CheckAsync(string[] files, Terminal terminal, CancellationToken cancellationToken)
    {
        var status = ExitCode.Done;
        foreach (var file in files)
        {
            PolicyFileResult result;
            try
            {
                result = PolicyFile.Parse(await File.ReadAllTextAsync(file, cancellationToken), file);
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

            if (result.Policy is { } policy)
            {
                await terminal.Out.WriteLineAsync($"{file}: {policy.Rules.Count} deadlines, no errors");
            }
            else
            {
                status = Math.Max(status, ExitCode.No);
            }
        }

        return status;
    }
}
