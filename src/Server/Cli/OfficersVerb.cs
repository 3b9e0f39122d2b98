using System.CommandLine;
using Google.Protobuf.WellKnownTypes;

namespace PingAnIoT.Server;

/// <summary><c>officers add|import|list|disable|password</c>: an operator's work on officers.</summary>
internal static class OfficersVerb
{
    private static readonly (string Word, V1.Role Role)[] Roles =
        [("officer", V1.Role.Officer), ("supervisor", V1.Role.Supervisor), ("operator", V1.Role.Operator), ("auditor", V1.Role.Auditor)];

    public static Command Create(Terminal terminal) => new("officers", "Work on officers of your territory.")
    {
        Add(terminal), Import(terminal), List(terminal), Disable(terminal), Password(terminal),
    };

    private static Argument<string> Name() => new("name") { Description = "The officer: 1 to 64 letters, digits or . _ @ -" };

    private static Option<bool> StandardInput() => new("--password-stdin") { Description = "Read the password from the first line of standard input." };

    private static Command Add(Terminal terminal)
    {
        var (name, standardInput) = (Name(), StandardInput());
        var zh = new Option<string>("--zh") { Description = "The name in Chinese.", DefaultValueFactory = _ => "" };
        var en = new Option<string>("--en") { Description = "The name in English.", DefaultValueFactory = _ => "" };
        var territory = new Option<string>("--territory") { Description = "E.g. d01/s03, within your own; the whole city without it.", DefaultValueFactory = _ => "" };
        var role = new Option<string[]>("--role") { Description = "officer, supervisor, operator or auditor, of those that you have; may be given more than once.", DefaultValueFactory = _ => ["officer"] };
        role.AcceptOnlyFromAmong([.. Roles.Select(r => r.Word)]);
        return RosterVerb.Verb(terminal, new Command("add", "Add an officer.") { name, zh, en, territory, role, standardInput }, async (client, headers, parsed, ct) =>
        {
            var password = await PasswordInput.ReadAsync(terminal, parsed.GetValue(standardInput), ct);
            if (password is null)
            {
                return ExitCode.Usage;
            }

            var officer = new V1.DutyOfficer
            {
                Name = parsed.GetValue(name), NameZh = parsed.GetValue(zh), NameEn = parsed.GetValue(en), Territory = parsed.GetValue(territory),
            };
            officer.Roles.AddRange(parsed.GetValue(role)!.Select(w => Roles.Single(r => r.Word == w).Role).Distinct());
            var request = new V1.CreateOfficerRequest { Officer = officer, Password = password };
            await terminal.Out.WriteLineAsync(Line((await client.CreateOfficerAsync(request, headers, cancellationToken: ct)).Officer));
            return ExitCode.Done;
        });
    }

    private static Command Import(Terminal terminal)
    {
        var file = new Argument<string>("file") { Description = "A comma-separated file: name, role, and as wanted zh, en, territory, disabled." };
        var dry = new Option<bool>("--dry-run") { Description = "Only say what would be done." };
        return RosterVerb.Verb(terminal, new Command("import", "Add and change officers from a file: all of it, or with any error nothing.") { file, dry }, async (client, headers, parsed, ct) =>
        {
            var name = parsed.GetValue(file)!;
            if (InputFile.Read(name, terminal.Error) is not { } text)
            {
                return ExitCode.Usage;
            }

            try
            {
                var done = await client.ImportOfficersAsync(new V1.ImportOfficersRequest { Csv = text, DryRun = parsed.GetValue(dry) }, headers, cancellationToken: ct);
                await terminal.Out.WriteLineAsync($"{name}: {done.Added} added, {done.Changed} changed, {done.Unchanged} as they were");
                return ExitCode.Done;
            }
            catch (Grpc.Core.RpcException e) when (e.StatusCode is Grpc.Core.StatusCode.InvalidArgument or Grpc.Core.StatusCode.PermissionDenied && e.Status.Detail.StartsWith("csv:", StringComparison.Ordinal))
            {
                foreach (var line in e.Status.Detail.Split('\n'))
                {
                    await terminal.Out.WriteLineAsync(name + line[3..]);
                }

                return ExitCode.No;
            }
        });
    }

    private static Command List(Terminal terminal) => RosterVerb.Verb(terminal, new Command("list", "List officers."), async (client, headers, _, ct) =>
    {
        await foreach (var officer in AllAsync(client, headers, ct))
        {
            await terminal.Out.WriteLineAsync(Line(officer));
        }

        return ExitCode.Done;
    });

    private static Command Disable(Terminal terminal)
    {
        var name = Name();
        return RosterVerb.Verb(terminal, new Command("disable", "Shut an officer out, at once; the record stays.") { name }, async (client, headers, parsed, ct) =>
        {
            var request = new V1.UpdateOfficerRequest
            {
                Officer = new V1.DutyOfficer { Name = parsed.GetValue(name), Disabled = true }, UpdateMask = new FieldMask { Paths = { "disabled" } },
            };
            await terminal.Out.WriteLineAsync(Line((await client.UpdateOfficerAsync(request, headers, cancellationToken: ct)).Officer));
            return ExitCode.Done;
        });
    }

    private static Command Password(Terminal terminal)
    {
        var (name, standardInput) = (Name(), StandardInput());
        return RosterVerb.Verb(terminal, new Command("password", "Give another officer a new password. The officer's sessions end.") { name, standardInput }, async (client, headers, parsed, ct) =>
        {
            var password = await PasswordInput.ReadAsync(terminal, parsed.GetValue(standardInput), ct);
            if (password is null)
            {
                return ExitCode.Usage;
            }

            var request = new V1.SetPasswordRequest { Name = parsed.GetValue(name), Password = password };
            await client.SetPasswordAsync(request, headers, cancellationToken: ct);
            return ExitCode.Done;
        });
    }

    private static async IAsyncEnumerable<V1.DutyOfficer> AllAsync(
        V1.DutyService.DutyServiceClient client, Grpc.Core.Metadata headers, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var request = new V1.ListOfficersRequest { PageSize = 1_000 };
        do
        {
            var page = await client.ListOfficersAsync(request, headers, cancellationToken: ct);
            foreach (var officer in page.Officers)
            {
                yield return officer;
            }

            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
    }

    private static string Line(V1.DutyOfficer officer) =>
        $"{officer.Name}  {string.Join(',', officer.Roles.Select(r => r.ToString().ToLowerInvariant()))}  "
        + $"{(officer.Territory.Length == 0 ? "whole city" : officer.Territory)}  {officer.NameZh} {officer.NameEn}{(officer.Disabled ? "  disabled" : "")}";
}
