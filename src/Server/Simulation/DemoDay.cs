using System.Globalization;
using PingAnIoT.Simulators;

namespace PingAnIoT.Server;

/// <summary>
/// The plant that <c>demo</c> shows: a district whose gateways come with what they stored in the last minutes, in which dangers have begun, so that windows
/// and holds are filled and every colour is on the screen at once; then something new every few seconds.
/// </summary>
internal static class DemoDay
{
    /// <summary>How far back the gateways' stored readings go.</summary>
    private const double StoredSeconds = 240;

    /// <summary>Times count from the first stored reading.</summary>
    private const string Timeline =
        """
        fleet district
        length 24h
        at 0:01:00  elevator/*        entrapment        severity 0.9  for 6m
        at 0:01:00  elevator/*        door-held                       for 7m
        at 0:01:30  smoke-detector/*  fast-fire         severity 0.9  for 9m
        at 0:01:00  gas-pipe/*        over-pressure     severity 0.9  for 10m
        at 0:01:00  gas-pipe/*        valve-shut                      for 12m
        at 0:01:00  charging-pile/*   thermal-runaway   severity 0.9  for 8m
        at 0:01:00  charging-pile/*   leakage-current   severity 0.8  for 10m
        at 0:01:30  pipe-network/*    pipe-burst        severity 0.9  for 15m
        every 50s   elevator/*        entrapment        severity 0.8  for 3m
        every 70s   charging-pile/*   leakage-current   severity 0.6  for 4m
        every 80s   gas-pipe/*        burst             severity 0.8  for 5m
        every 95s   elevator/*        fault-code                      for 2m
        every 3m    gas-pipe/*        slow-leak         severity 0.7  for 40m
        every 2m    smoke-detector/*  cooking           severity 0.5  for 5m
        every 4m    smoke-detector/*  fast-fire         severity 0.7  for 8m
        every 7m    gateway/*         outage                          for 3m
        """;

    /// <param name="seed">Another seed is another district.</param>
    /// <param name="time">It begins some minutes ago.</param>
    public static TruthPlan Plan(ulong seed, TimeProvider time)
    {
        var from = Math.Floor((time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0) - StoredSeconds);
        var text = string.Create(CultureInfo.InvariantCulture, $"seed {seed}\nstart 2026-01-01T00:00Z\n{Timeline}");
        var result = Simulators.Timeline.Parse(text, "demo.timeline", startSeconds: from);
        return result.Plan ?? throw new InvalidOperationException(string.Join(' ', result.Errors));
    }

    /// <summary>Publishes until cancelled.</summary>
    /// <exception cref="IOException">Nobody answers.</exception>
    public static async Task RunAsync(TruthPlan plan, int port, TimeProvider time, CancellationToken cancellationToken)
    {
        var target = new WireOptions { Host = "127.0.0.1", Port = port, ClientId = "", Password = "demo" };
        var pace = new FleetPace { FromSeconds = time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0, UntilSeconds = plan.To };
        using var run = new FleetRun(target, new FleetSource(plan), plan.Fleet.Gateways, pace, time);
        await run.RunAsync(null, cancellationToken);
    }
}
