using System.CommandLine;
using PingAnIoT.Simulators;

namespace PingAnIoT.Server;

/// <summary><c>simulate</c>: healthy gas-pipe readings of many gateways at a rate, and how fast they were acknowledged.</summary>
internal static class SimulateVerb
{
    public static Command Create(Terminal terminal)
    {
        var host = new Option<string>("--host") { Description = "The MQTT server.", DefaultValueFactory = _ => "127.0.0.1" };
        var port = new Option<int>("--port") { Description = "Its plain MQTT port.", DefaultValueFactory = _ => 1883 };
        var gateways = new Option<int>("--gateways") { Description = "Connections, named gw-0001 and on.", DefaultValueFactory = _ => 10 };
        var devices = new Option<int>("--devices") { Description = "Devices over all gateways.", DefaultValueFactory = _ => 1_000 };
        var rate = new Option<double>("--rate") { Description = "Messages a second over all; 0 for as fast as they are acknowledged.", DefaultValueFactory = _ => 100 };
        var readings = new Option<int>("--readings") { Description = "Readings in a message; above 3 it is a pack of many devices.", DefaultValueFactory = _ => 3 };
        var minutes = new Option<double>("--minutes") { Description = "How long.", DefaultValueFactory = _ => 1 };
        var seed = new Option<int>("--seed") { Description = "The same seed gives the same values.", DefaultValueFactory = _ => 1 };
        var password = new Option<string>("--password") { Description = "Of every gateway.", DefaultValueFactory = _ => "simulated" };
        var mqtt5 = new Option<bool>("--mqtt5") { Description = "MQTT 5 instead of 3.1.1." };
        var command = new Command("simulate", "Play gateways that publish to a server.") { host, port, gateways, devices, rate, readings, minutes, seed, password, mqtt5 };
        command.SetAction((parsed, ct) => RunAsync(
            new LoadTarget
            {
                Host = parsed.GetValue(host)!,
                Port = parsed.GetValue(port),
                Password = parsed.GetValue(password),
                Version = parsed.GetValue(mqtt5) ? WireVersion.Mqtt5 : WireVersion.Mqtt311,
                Duration = TimeSpan.FromMinutes(parsed.GetValue(minutes)),
            },
            new LoadShape
            {
                Gateways = parsed.GetValue(gateways),
                Devices = Math.Max(parsed.GetValue(devices), parsed.GetValue(gateways)),
                RatePerSecond = parsed.GetValue(rate),
                ReadingsPerMessage = parsed.GetValue(readings),
                Seed = parsed.GetValue(seed),
            },
            terminal,
            ct));
        return command;
    }

    private static async Task<int> RunAsync(LoadTarget target, LoadShape shape, Terminal terminal, CancellationToken cancellationToken)
    {
        await terminal.Out.WriteLineAsync($"seed {shape.Seed}");
        try
        {
            var result = await new LoadRun(target, shape, terminal.Time).RunAsync(cancellationToken);
            foreach (var line in LoadRun.Describe(result))
            {
                await terminal.Out.WriteLineAsync(line);
            }

            return result.Counters.Acknowledged == result.Counters.Published ? ExitCode.Done : ExitCode.No;
        }
        catch (IOException e)
        {
            await terminal.Error.WriteLineAsync(e.Message);
            return ExitCode.Unreachable;
        }
    }
}
