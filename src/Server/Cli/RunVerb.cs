using System.CommandLine;
using System.Globalization;

namespace PingAnIoT.Server;

/// <summary><c>run</c>: the real thing, until it is told to stop.</summary>
internal static class RunVerb
{
    private static readonly string[] Roles = ["all", "ingest", "alerts"];

    public static Command Create(Terminal terminal)
    {
        var role = new Option<string>("--role") { Description = "all; ingest and alerts apart come with the cluster release.", DefaultValueFactory = _ => "all" };
        role.AcceptOnlyFromAmong(Roles);
        var config = new Option<string?>("--config") { Description = "A settings file instead of ./appsettings.json." };
        var data = new Option<string?>("--data") { Description = "The folder that holds the data; ./data when nothing says otherwise." };
        var command = new Command("run", "Run the server.") { role, config, data };
        command.SetAction((parsed, ct) => RunAsync(parsed.GetValue(role)!, parsed.GetValue(config), parsed.GetValue(data), terminal, ct));
        return command;
    }

    private static async Task<int> RunAsync(string role, string? config, string? data, Terminal terminal, CancellationToken cancellationToken)
    {
        if (role != "all")
        {
            await terminal.Error.WriteLineAsync(
                $"--role {role} comes with the cluster release, which runs on more than one machine. This release runs everything in one process: --role all.");
            return ExitCode.Usage;
        }

        var overrides = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (data is not null)
        {
            overrides["Data"] = data;
        }

        return await ServerRun.RunAsync(config, overrides, terminal, (_, ct) => Forever(ct), cancellationToken);
    }

    private static Task Forever(CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
}

/// <summary>One server from its settings to its end, as <c>run</c> and <c>demo</c> both have it.</summary>
internal static class ServerRun
{
    /// <param name="config">A settings file, or null.</param>
    /// <param name="overrides">Settings that win.</param>
    /// <param name="terminal">Where the addresses and "ready" are printed.</param>
    /// <param name="work">What to do while it runs; its end is the server's.</param>
    /// <param name="cancellationToken">The wish to stop.</param>
    public static async Task<int> RunAsync(
        string? config, IReadOnlyDictionary<string, string?> overrides, Terminal terminal,
        Func<ServerHost, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        var begun = terminal.Time.GetTimestamp();
        var settings = ServerOptionsSource.Read(config, overrides);
        if (settings.Errors.Count > 0)
        {
            foreach (var error in settings.Errors)
            {
                await terminal.Error.WriteLineAsync(error);
            }

            return ExitCode.Usage;
        }

        ServerHost server;
        try
        {
            server = await ServerHost.StartAsync(settings.Options, terminal.Time, l => LogTo(l, settings.Options.Telemetry), cancellationToken);
        }
        catch (Exception e) when (e is ServerStartException or Alerts.LedgerException or IOException or UnauthorizedAccessException
            or System.Security.Cryptography.CryptographicException)
        {
            await terminal.Error.WriteLineAsync($"The server cannot start. {e.Message}");
            return ExitCode.No;
        }

        await using (server)
        {
            foreach (var line in server.Addresses.Lines())
            {
                await terminal.Out.WriteLineAsync(line);
            }

            if (server.SetupToken is { } token)
            {
                await terminal.Out.WriteLineAsync($"set-up token (one use, 30 minutes): {token}");
            }

            var took = terminal.Time.GetElapsedTime(begun).TotalMilliseconds;
            await terminal.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"ready in {took:F0} ms"));
            await terminal.Out.FlushAsync(CancellationToken.None);
            try
            {
                await work(server, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // Told to stop.
            }

            await server.StopAsync();
            await terminal.Out.WriteLineAsync("stopped");
        }

        return ExitCode.Done;
    }

    private static void LogTo(ILoggingBuilder logging, TelemetrySection telemetry)
    {
        logging.SetMinimumLevel(Enum.Parse<LogLevel>(telemetry.LogLevel, ignoreCase: true));
        logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Grpc", LogLevel.Warning).AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        logging.AddSimpleConsole(c =>
        {
            c.SingleLine = true;
            c.TimestampFormat = "HH:mm:ss.fff ";
            c.UseUtcTimestamp = true;
        });
        logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(c => c.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
