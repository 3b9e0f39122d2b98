using System.CommandLine;
using Grpc.Core;
using Grpc.Net.Client;
using PingAnIoT.Simulators;
using Spectre.Console;

namespace PingAnIoT.Server;

/// <summary><c>demo</c>: a whole server and a simulated district in one process; alerts within seconds. Loopback only.</summary>
internal static class DemoVerb
{
    public static Command Create(Terminal terminal)
    {
        var data = new Option<string?>("--data") { Description = "Keep the data in this folder; otherwise it goes with the demo." };
        var seed = new Option<ulong>("--seed") { Description = "Another seed is another district.", DefaultValueFactory = _ => 1 };
        var seconds = new Option<int>("--seconds") { Description = "End by itself after so long; 0 for when you press Ctrl-C." };
        var command = new Command("demo", "Show everything at once: a server, a simulated district, and alerts as they come.") { data, seed, seconds };
        command.SetAction((parsed, ct) => RunAsync(parsed.GetValue(data), parsed.GetValue(seed), parsed.GetValue(seconds), terminal, ct));
        return command;
    }

    private static async Task<int> RunAsync(string? data, ulong seed, int seconds, Terminal terminal, CancellationToken cancellationToken)
    {
        var folder = data ?? Directory.CreateTempSubdirectory("pingan-demo-").FullName;
        try
        {
            Directory.CreateDirectory(folder);
            var register = Path.Combine(folder, "register.csv");
            var plan = DemoDay.Plan(seed, terminal.Time);
            await using (var writer = new StreamWriter(register))
            {
                FleetRegister.WriteCsv(plan.Fleet, writer);
            }

            var overrides = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Data"] = folder,
                ["Register"] = register,
                ["Listen:Address"] = "127.0.0.1",
                ["Gateways:Open"] = "true",
                ["Officers:SigningKey"] = "",
                ["Officers:KeySetFile"] = "",
                ["Officers:Authority"] = "",
                ["Telemetry:LogLevel"] = "Error",
            };
            return await ServerRun.RunAsync(null, overrides, terminal, (server, ct) => ShowAsync(server, plan, seconds, terminal, ct), cancellationToken);
        }
        finally
        {
            if (data is null)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static async Task ShowAsync(ServerHost server, TruthPlan plan, int seconds, Terminal terminal, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (seconds > 0)
        {
            ending.CancelAfter(TimeSpan.FromSeconds(seconds));
        }

        await terminal.Out.WriteLineAsync("Watch it from another terminal: pinganiot watch --server " + server.Addresses.GrpcUri.ToString().TrimEnd('/'));
        var isWatching = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var printing = PrintAsync(server, terminal, isWatching, ending.Token);
        await Task.WhenAny(isWatching.Task, printing);
        var district = DemoDay.RunAsync(plan, server.Addresses.Mqtt, terminal.Time, ending.Token);
        await (await Task.WhenAny(district, printing)).ContinueWith(
            _ => ending.Cancel(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await Task.WhenAll(Quiet(district), Quiet(printing));
    }

    private static async Task PrintAsync(ServerHost server, Terminal terminal, TaskCompletionSource isWatching, CancellationToken cancellationToken)
    {
        var console = terminal.Ansi();
        using var channel = GrpcChannel.ForAddress(server.Addresses.GrpcUri);
        var headers = new Metadata { { "x-officer", "demo" } };
        using var call = new V1.AlertService.AlertServiceClient(channel).Watch(new V1.WatchRequest(), headers, cancellationToken: cancellationToken);
        await foreach (var message in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            switch (message.ContentCase)
            {
                case V1.WatchResponse.ContentOneofCase.Snapshot:
                    Print(terminal, console, "open      " + AlertText.Line(message.Snapshot), message.Snapshot.Severity);
                    break;
                case V1.WatchResponse.ContentOneofCase.SnapshotEnd:
                    isWatching.TrySetResult();
                    break;
                case V1.WatchResponse.ContentOneofCase.Event:
                    Print(terminal, console, AlertText.Line(message.Event), message.Event.ToSeverity);
                    break;
            }
        }
    }

    private static void Print(Terminal terminal, IAnsiConsole console, string line, V1.Severity severity)
    {
        if (terminal.IsInteractive)
        {
            console.WriteLine(line, new Style(AlertText.Colour(severity)));
        }
        else
        {
            terminal.Out.WriteLine(line);
            terminal.Out.Flush();
        }
    }

    /// <summary>Told to stop is a good end; anything else is said.</summary>
    private static async Task Quiet(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Cancelled or StatusCode.Unavailable)
        {
        }
    }
}
