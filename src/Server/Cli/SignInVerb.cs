using System.CommandLine;
using Spectre.Console;

namespace PingAnIoT.Server;

/// <summary><c>sign-in NAME</c>: a password for a session that the other verbs then use. With the set-up token: makes the first operator.</summary>
internal static class SignInVerb
{
    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string>("name") { Description = "Your name as an officer." };
        var standardInput = new Option<bool>("--password-stdin") { Description = "Read the password from the first line of standard input." };
        var setup = new Option<string>("--setup-token") { Description = "The token that the first start printed: makes you the first operator.", DefaultValueFactory = _ => "" };
        var command = new Command("sign-in", "Sign in to a server that has officers of its own.") { name, standardInput, setup };
        return RosterVerb.Verb(terminal, command, async (client, _, parsed, ct) =>
        {
            var password = await PasswordInput.ReadAsync(terminal, parsed.GetValue(standardInput), ct);
            if (password is null)
            {
                return ExitCode.Usage;
            }

            var officer = parsed.GetValue(name)!;
            if (parsed.GetValue(setup) is { Length: > 0 } token)
            {
                await client.SetUpAsync(new V1.SetUpRequest { SetupToken = token, Name = officer, Password = password }, cancellationToken: ct);
            }

            var session = (await client.SignInAsync(new V1.SignInRequest { Name = officer, Password = password }, cancellationToken: ct)).Session;
            OfficerTokenFile.Write(terminal.TokenFile, OfficerConnection.ServerOf(parsed), session);
            await terminal.Out.WriteLineAsync($"{officer} is signed in; the session is in {terminal.TokenFile}");
            return ExitCode.Done;
        });
    }
}

/// <summary>A password from standard input or from a prompt that does not show it; never from the command line, which others of the machine can see.</summary>
internal static class PasswordInput
{
    /// <returns>Null, with the reason told, when there is none.</returns>
    public static async Task<string?> ReadAsync(Terminal terminal, bool standardInput, CancellationToken cancellationToken, string prompt = "Password:")
    {
        if (standardInput)
        {
            if (await terminal.In.ReadLineAsync(cancellationToken) is { } line)
            {
                return line;
            }

            await terminal.Error.WriteLineAsync("Standard input has no line for the password.");
            return null;
        }

        if (terminal.IsInteractive)
        {
            return await terminal.Ansi().PromptAsync(new TextPrompt<string>(prompt).Secret(), cancellationToken);
        }

        await terminal.Error.WriteLineAsync("There is no terminal to ask for the password at: use --password-stdin.");
        return null;
    }
}
