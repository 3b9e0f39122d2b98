using System.CommandLine;
using PingAnIoT.Simulators;

namespace PingAnIoT.Server;

/// <summary>The options that say against whom and how fast a fleet is played over MQTT, and who watches.</summary>
internal sealed class LiveOptions
{
    private const int MostPackReadings = 10_000;
    private readonly Option<string> host = new("--host") { Description = "The MQTT server.", DefaultValueFactory = _ => "127.0.0.1" };
    private readonly Option<int> port = new("--port") { Description = "Its port.", DefaultValueFactory = _ => 1883 };
    private readonly Option<string> password = new("--password") { Description = "Of every gateway.", DefaultValueFactory = _ => "simulated" };
    private readonly Option<bool> mqtt5 = new("--mqtt5") { Description = "MQTT 5 instead of 3.1.1." };
    private readonly Option<bool> tls = new("--tls") { Description = "TLS; the server's certificate is checked." };
    private readonly Option<string?> authority = new("--ca") { Description = "With --tls: a PEM file of the authorities to trust, and no others." };
    private readonly Option<bool> insecure = new("--insecure") { Description = "With --tls: take any certificate; for a server under test." };
    private readonly Option<int> qos = new("--qos") { Description = "0 or 1.", DefaultValueFactory = _ => 1 };

    private readonly Option<double> speed = new("--speed")
    {
        Description = "Fleet seconds in a second: 1 is real time, 0 as fast as messages are acknowledged.",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<int> packs = new("--packs") { Description = "Readings of many devices in packs of so many; 0 for a message of each device." };
    private readonly Option<bool> publishOnly = new("--publish-only") { Description = "Watch no alerts: for a broker that is not PingAnIoT." };
    private readonly OfficerConnection officer = new();

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { host, port, password, mqtt5, tls, authority, insecure, qos, speed, packs, publishOnly })
        {
            command.Add(option);
        }

        officer.AddTo(command);
    }

    /// <summary>Real time begins now; at any other pace a run ends now, so that no reading is from the future.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="lengthSeconds">How long the run is by the fleet's clock.</param>
    /// <param name="time">Now.</param>
    /// <returns>Unix seconds.</returns>
    public double StartSeconds(ParseResult parsed, double lengthSeconds, TimeProvider time)
    {
        var now = Math.Ceiling(time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0) + 1;
        return parsed.GetValue(speed) == 1 ? now : Math.Floor(now - lengthSeconds);
    }

    /// <summary>Plays the plan, watches, scores.</summary>
    /// <returns>The exit status.</returns>
    public async Task<int> RunAsync(ParseResult parsed, TruthPlan plan, ScoreOutput output, Terminal terminal, CancellationToken cancellationToken)
    {
        if (Wrong(parsed) is { } wrong)
        {
            await terminal.Error.WriteLineAsync(wrong);
            return ExitCode.Usage;
        }

        var run = new LiveRun(plan, Target(parsed), Source(parsed), Pace(parsed, plan), terminal);
        try
        {
            return parsed.GetValue(publishOnly)
                ? output.Write(await run.PublishAsync(cancellationToken), terminal, isWatched: false)
                : await officer.UseAsync(
                    parsed, terminal, async (channel, headers) => output.Write(await run.WatchedAsync(channel, headers, cancellationToken), terminal), cancellationToken);
        }
        catch (IOException e)
        {
            await terminal.Error.WriteLineAsync(e.Message);
            return ExitCode.Unreachable;
        }
    }

    private string? Wrong(ParseResult parsed) =>
        parsed.GetValue(qos) is not (0 or 1) ? "--qos is 0 or 1."
        : !(parsed.GetValue(speed) >= 0) ? "--speed is 0 or more."
        : parsed.GetValue(packs) is < 0 or > MostPackReadings ? $"--packs is 0 to {MostPackReadings}."
        : parsed.GetValue(insecure) && !parsed.GetValue(tls) ? "--insecure is for --tls."
        : null;

    private WireOptions Target(ParseResult parsed) => new()
    {
        Host = parsed.GetValue(host)!,
        Port = parsed.GetValue(port),
        ClientId = "",
        Password = parsed.GetValue(password),
        Version = parsed.GetValue(mqtt5) ? WireVersion.Mqtt5 : WireVersion.Mqtt311,
        Tls = parsed.GetValue(tls) ? new WireTls { AuthorityFile = parsed.GetValue(authority), IsInsecure = parsed.GetValue(insecure) } : null,
    };

    private FleetSourceOptions Source(ParseResult parsed) => parsed.GetValue(packs) is > 0 and var readings
        ? new FleetSourceOptions { Form = PayloadForm.Packs, PackReadings = readings }
        : new FleetSourceOptions();

    private FleetPace Pace(ParseResult parsed, TruthPlan plan) => new()
    {
        FromSeconds = plan.From,
        UntilSeconds = plan.To,
        Speed = parsed.GetValue(speed) == 0 ? double.PositiveInfinity : parsed.GetValue(speed),
        FollowsClock = parsed.GetValue(speed) == 1,
        Qos = parsed.GetValue(qos),
    };
}
