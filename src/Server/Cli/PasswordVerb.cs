using System.CommandLine;

namespace PingAnIoT.Server;

/// <summary><c>password NAME</c>: an officer's own new password. All his sessions end, and one begins anew where <c>sign-in</c> had left one.</summary>
internal static class PasswordVerb
{
    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string>("name") { Description = "Your name as an officer." };
        var standardInput = new Option<bool>("--password-stdin") { Description = "Read the present password and the new one from the first two lines of standard input." };
        var command = new Command("password", "Change your own password. Your other sessions end.") { name, standardInput };
        return RosterVerb.Verb(terminal, command, async (client, headers, parsed, ct) =>
        {
            var isRead = parsed.GetValue(standardInput);
            var present = await PasswordInput.ReadAsync(terminal, isRead, ct, "Present password:");
            var wanted = present is null ? null : await PasswordInput.ReadAsync(terminal, isRead, ct, "New password:");
            if (present is null || wanted is null)
            {
                return ExitCode.Usage;
            }

            if (!isRead && await PasswordInput.ReadAsync(terminal, isRead, ct, "New password again:") != wanted)
            {
                return await terminal.WrongUsageAsync(["The two are not the same; the password is as it was."]);
            }

            var (server, officer) = (OfficerConnection.ServerOf(parsed), parsed.GetValue(name)!);
            await client.SetPasswordAsync(new V1.SetPasswordRequest { Name = officer, Password = wanted, CurrentPassword = present }, headers, cancellationToken: ct);
            if (OfficerTokenFile.Read(terminal.TokenFile, server) is not null)
            {
                var session = (await client.SignInAsync(new V1.SignInRequest { Name = officer, Password = wanted }, cancellationToken: ct)).Session;
                OfficerTokenFile.Write(terminal.TokenFile, server, session);
            }

            await terminal.Out.WriteLineAsync($"{officer} has a new password");
            return ExitCode.Done;
        });
    }
}
