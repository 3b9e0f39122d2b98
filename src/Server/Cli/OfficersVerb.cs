using System.CommandLine;
using Google.Protobuf.WellKnownTypes;

namespace PingAnIoT.Server;

/// <summary><c>officers add|import|list|change|disable|enable|password</c>: an operator's work on officers.</summary>
internal static class OfficersVerb
{
    private static readonly (string Word, V1.Role Role)[] Roles =
        [("officer", V1.Role.Officer), ("supervisor", V1.Role.Supervisor), ("operator", V1.Role.Operator), ("auditor", V1.Role.Auditor)];

    public static Command Create(Terminal terminal) => new("officers", "Work on officers of your territory.")
    {
        Add(terminal), Import(terminal), List(terminal), Change(terminal), Disabling(terminal, "disable", "Shut an officer out, at once; the record stays.", true),
        Disabling(terminal, "enable", "Let an officer who was disabled in again.", false), Password(terminal),
    };

    private static Argument<string> Name() => new("name") { Description = "The officer: 1 to 64 letters, digits or . _ @ -" };

    private static Option<bool> StandardInput() => new("--password-stdin") { Description = "Read the password from the first line of standard input." };

    private static Command Add(Terminal terminal)
    {
        var (name, standardInput) = (Name(), StandardInput());
        var (zh, en, territory, role) = Facts("the whole city");
        role.DefaultValueFactory = _ => ["officer"];
        return RosterVerb.Verb(terminal, new Command("add", "Add an officer.") { name, zh, en, territory, role, standardInput }, async (client, headers, parsed, ct) =>
        {
            var password = await PasswordInput.ReadAsync(terminal, parsed.GetValue(standardInput), ct);
            if (password is null)
            {
                return ExitCode.Usage;
            }

            var officer = new V1.DutyOfficer
            {
                Name = parsed.GetValue(name), NameZh = parsed.GetValue(zh) ?? "", NameEn = parsed.GetValue(en) ?? "", Territory = RosterVerb.Path(parsed.GetValue(territory)),
            };
            officer.Roles.AddRange(RolesOf(parsed.GetValue(role)!));
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

    private static Command Change(Terminal terminal)
    {
        var name = Name();
        var (zh, en, territory, role) = Facts("what it was; '/' for the whole city");
        return RosterVerb.Verb(terminal, new Command("change", "Change an officer's names, territory or roles: what is given; the rest stays.") { name, zh, en, territory, role }, async (client, headers, parsed, ct) =>
        {
            var mask = new FieldMask();
            (System.CommandLine.Option Option, string Field)[] fields = [(zh, "name_zh"), (en, "name_en"), (territory, "territory"), (role, "roles")];
            mask.Paths.AddRange(fields.Where(f => parsed.GetResult(f.Option) is not null).Select(f => f.Field));
            if (mask.Paths.Count == 0)
            {
                return await terminal.WrongUsageAsync(["Say what is to change: --zh, --en, --territory or --role."]);
            }

            var officer = new V1.DutyOfficer
            {
                Name = parsed.GetValue(name), NameZh = parsed.GetValue(zh) ?? "", NameEn = parsed.GetValue(en) ?? "", Territory = RosterVerb.Path(parsed.GetValue(territory)),
            };
            officer.Roles.AddRange(RolesOf(parsed.GetValue(role) ?? []));
            return await UpdateAsync(terminal, client, new V1.UpdateOfficerRequest { Officer = officer, UpdateMask = mask }, headers, ct);
        });
    }

    private static Command Disabling(Terminal terminal, string verb, string description, bool disabled)
    {
        var name = Name();
        return RosterVerb.Verb(terminal, new Command(verb, description) { name }, (client, headers, parsed, ct) =>
        {
            var officer = new V1.DutyOfficer { Name = parsed.GetValue(name), Disabled = disabled };
            return UpdateAsync(terminal, client, new V1.UpdateOfficerRequest { Officer = officer, UpdateMask = new FieldMask { Paths = { "disabled" } } }, headers, ct);
        });
    }

    private static async Task<int> UpdateAsync(
        Terminal terminal, V1.DutyService.DutyServiceClient client, V1.UpdateOfficerRequest request, Grpc.Core.Metadata headers, CancellationToken ct)
    {
        await terminal.Out.WriteLineAsync(Line((await client.UpdateOfficerAsync(request, headers, cancellationToken: ct)).Officer));
        return ExitCode.Done;
    }

    private static (Option<string?> Zh, Option<string?> En, Option<string?> Territory, Option<string[]> Role) Facts(string otherwise)
    {
        var role = new Option<string[]>("--role") { Description = "officer, supervisor, operator or auditor, of those that you have; may be given more than once." };
        role.AcceptOnlyFromAmong([.. Roles.Select(r => r.Word)]);
        return (
            new("--zh") { Description = "The name in Chinese." }, new("--en") { Description = "The name in English." },
            new("--territory") { Description = $"E.g. d01/s03, within your own; without it {otherwise}." }, role);
    }

    private static IEnumerable<V1.Role> RolesOf(IEnumerable<string> words) => words.Select(w => Roles.Single(r => r.Word == w).Role).Distinct();

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
            await terminal.Out.WriteLineAsync($"{request.Name} has a new password");
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
        + $"{(officer.Territory.Length == 0 ? "whole city" : officer.Territory)}  {officer.NameZh} {officer.NameEn}".TrimEnd() + (officer.Disabled ? "  disabled" : "");
}
