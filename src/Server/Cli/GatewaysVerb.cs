using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using PingAnIoT.Ingest;
using Spectre.Console;

namespace PingAnIoT.Server;

/// <summary><c>gateways add NAME</c>: gives a gateway its password; a running server takes it at the next login. <c>gateways list</c>: who is online.</summary>
internal static class GatewaysVerb
{
    private const int GeneratedBytes = 18;
    private const int ShortestPassword = 12;

    public static Command Create(Terminal terminal) => new("gateways", "Work on gateways: who is online, and their credentials.") { List(terminal), Add(terminal) };

    private static Command List(Terminal terminal)
    {
        var json = PagedList.Json();
        var command = new Command("list", "List gateways: who is online, and how far their readings have come.") { json };
        return OfficerConnection.Verb(terminal, command, channel => new V1.FleetService.FleetServiceClient(channel), async (client, headers, parsed, ct) =>
        {
            var gateways = await PagedList.ReadAsync<V1.Gateway>(terminal, int.MaxValue, async (size, token) =>
            {
                var page = await client.ListGatewaysAsync(new V1.ListGatewaysRequest { PageSize = size, PageToken = token }, headers, cancellationToken: ct);
                return (page.Gateways, page.NextPageToken);
            });
            return await PagedList.WriteAsync(terminal, gateways, parsed.GetValue(json), Line);
        });
    }

    private static string Line(V1.Gateway gateway)
    {
        var presence = gateway.ChangeTime is null ? "not heard of since the server's start" : $"{(gateway.Online ? "online" : "OFFLINE")} since {DutyText.Of(gateway.ChangeTime)}";
        var readings = gateway.Watermark is null ? "" : string.Create(
            CultureInfo.InvariantCulture, $"  readings up to {DutyText.Of(gateway.Watermark)}, taken in {DutyText.Of(gateway.ReceiveTime)}, {gateway.LagSeconds:0.#} s behind");
        return $"{gateway.Name}  {presence}{readings}";
    }

    private static Command Add(Terminal terminal)
    {
        var name = new Argument<string>("name") { Description = "The gateway: 1 to 64 of [A-Za-z0-9._-]." };
        var data = DataOption.Create();
        var file = new Option<string?>("--file") { Description = "The credential file instead of the one in the data folder." };
        var standardInput = new Option<bool>("--password-stdin") { Description = "Read the password from the first line of standard input." };
        var generate = new Option<bool>("--generate") { Description = "Make a password and print it, once." };
        var add = new Command("add", "Add a gateway, or give it a new password.") { name, data, file, standardInput, generate };
        add.SetAction(async (parsed, ct) =>
        {
            var password = parsed.GetValue(standardInput) ? await terminal.In.ReadLineAsync(ct)
                : parsed.GetValue(generate) || !terminal.IsInteractive ? null
                : await terminal.Ansi().PromptAsync(new TextPrompt<string>("Password (empty: make one):").Secret().AllowEmpty(), ct);
            var isGenerated = !parsed.GetValue(standardInput) && string.IsNullOrEmpty(password);
            password = isGenerated ? Convert.ToBase64String(RandomNumberGenerator.GetBytes(GeneratedBytes)) : password;
            if (password is null || password.Length < ShortestPassword)
            {
                await terminal.Error.WriteLineAsync($"A password has at least {ShortestPassword} characters.");
                return ExitCode.Usage;
            }

            return await SetAsync(
                parsed.GetValue(name)!, password, isGenerated, parsed.GetValue(file) ?? Path.Combine(parsed.GetValue(data)!, "gateways"), terminal);
        });
        return add;
    }

    private static async Task<int> SetAsync(string name, string password, bool isGenerated, string path, Terminal terminal)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            GatewayCredentials.Set(path, name, password);
        }
        catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException)
        {
            await terminal.Error.WriteLineAsync(e.Message);
            return ExitCode.Usage;
        }

        await terminal.Out.WriteLineAsync($"{name} is in {path}");
        if (isGenerated)
        {
            await terminal.Out.WriteLineAsync($"password: {password}");
        }

        return ExitCode.Done;
    }
}
