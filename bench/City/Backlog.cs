using PingAnIoT.Simulators;

namespace PingAnIoT.Bench;

/// <summary>
/// How far the server is behind the fleet, from outside. A server that was started again has judged the journal's tail before it counts what it accepts,
/// so judged is ahead of accepted by as much; the most it was ever ahead is when nothing waited. Threading: used from one flow of control.
/// </summary>
internal sealed class Backlog(CityServer server, FleetRun run)
{
    /// <summary>What is under way at any moment is not a backlog: so many seconds of the fleet's flow.</summary>
    private const double UnderWaySeconds = 0.25;

    /// <summary>A small fleet's flow has gaps.</summary>
    private const double LeastUnderWay = 300;

    private const int MostQuiets = 60;
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);
    private double ahead = double.NegativeInfinity;

    /// <summary>
    /// Waits until nothing is due that is not acknowledged, and nothing acknowledged that is not judged. As fast as acknowledged there is always more under way:
    /// then what was published before now is to be acknowledged.
    /// </summary>
    /// <param name="elapsed">Of the run so far: what its flow is.</param>
    /// <param name="isPaced">False for as fast as acknowledged.</param>
    /// <param name="longest">Then it is given up.</param>
    /// <param name="isOver">Ends the wait too.</param>
    /// <returns>How long it took; null when it was given up.</returns>
    public async Task<TimeSpan?> CaughtUpAsync(TimeSpan elapsed, bool isPaced, TimeSpan longest, Func<bool> isOver)
    {
        var begin = TimeProvider.System.GetTimestamp();
        var before = run.Counters.Published;
        var messages = Math.Max(LeastUnderWay, run.Counters.Published / elapsed.TotalSeconds * UnderWaySeconds);
        var readings = Math.Max(LeastUnderWay, run.Load.Readings / elapsed.TotalSeconds * UnderWaySeconds);
        while (TimeProvider.System.GetElapsedTime(begin) < longest)
        {
            var behind = await ReadingsAsync();
            var due = isPaced ? run.Counters.Published - messages : before;
            if (behind <= readings && run.Counters.Acknowledged >= due && run.Load.DelaySeconds <= UnderWaySeconds && IsConnected())
            {
                return TimeProvider.System.GetElapsedTime(begin);
            }

            if (isOver())
            {
                return null;
            }

            await Task.Delay(Between, TimeProvider.System);
        }

        return null;
    }

    /// <summary>When all is quiet: what was behind a moment ago, as everything judged since shows, and what still is, by the absolute counts.</summary>
    public async Task<(double AtTheEnd, double Now)> EndAsync()
    {
        var first = await CountsAsync();
        var (before, now) = (first, first);
        for (var i = 0; i < MostQuiets && (i == 0 || now.Judged != before.Judged); i++)
        {
            before = now;
            await Task.Delay(Quiet, TimeProvider.System);
            now = await CountsAsync();
        }

        return (Math.Max(0, now.Judged - first.Judged - (now.Accepted - first.Accepted)), Math.Max(0, now.Accepted - now.Judged));
    }

    /// <summary>Readings accepted and not yet judged.</summary>
    private async Task<double> ReadingsAsync()
    {
        var (accepted, judged) = await CountsAsync();
        ahead = Math.Max(ahead, judged - accepted);
        return accepted - judged + ahead;
    }

    private async Task<(double Accepted, double Judged)> CountsAsync()
    {
        var counts = await server.Child.MetricsAsync("pingan_intake_readings_accepted_total", "pingan_engine_readings_total");
        return (counts[0], counts[1]);
    }

    private bool IsConnected() => run.ConnectionsOpen * 10 >= run.Gateways * 9;
}
