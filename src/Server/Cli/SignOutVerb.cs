using System.CommandLine;
using Grpc.Core;

namespace PingAnIoT.Server;

/// <summary><c>sign-out</c>: ends the session that <c>sign-in</c> left, at the server and here.</summary>
internal static class SignOutVerb
{
    public static Command Create(Terminal terminal) => RosterVerb.Verb(
        terminal, new Command("sign-out", "End the session that sign-in left, at the server and here."), async (client, headers, parsed, ct) =>
        {
            if (OfficerTokenFile.Read(terminal.TokenFile, OfficerConnection.ServerOf(parsed)) is null)
            {
                await terminal.Error.WriteLineAsync($"Nobody is signed in to {OfficerConnection.ServerOf(parsed)} here.");
                return ExitCode.No;
            }

            try
            {
                await client.SignOutAsync(new V1.SignOutRequest(), headers, cancellationToken: ct);
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Unauthenticated)
            {
                // The server has ended it already: then it is only to go here.
            }

            File.Delete(terminal.TokenFile);
            await terminal.Out.WriteLineAsync("Signed out.");
            return ExitCode.Done;
        });
}
