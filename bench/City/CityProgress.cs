using System.Globalization;
using PingAnIoT.Simulators;

namespace PingAnIoT.Bench;

/// <summary>A line now and then while a run lasts: a city takes half an hour. Threading: the run's own flow of control.</summary>
internal sealed class CityProgress(CityServer server, FleetRun run, TextWriter output)
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(20);
    private readonly TimeProvider time = TimeProvider.System;

    /// <param name="over">Ends it.</param>
    public async Task TellAsync(CancellationToken over)
    {
        var began = time.GetTimestamp();
        var before = new State(TimeSpan.Zero, run.Counters.Acknowledged, server.ProcessorTime);
        while (!over.IsCancellationRequested)
        {
            await Task.Delay(Between, time, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                var now = new State(time.GetElapsedTime(began), run.Counters.Acknowledged, server.ProcessorTime);
                output.WriteLine(Line(before, now));
                before = now;
            }
            catch (InvalidOperationException)
            {
                output.WriteLine("the server is down");
            }
        }
    }

    private string Line(State before, State now) => string.Create(
        CultureInfo.InvariantCulture,
        $"{now.Elapsed.TotalSeconds:F0} s  {run.Counters.Published:N0} published, {(now.Acknowledged - before.Acknowledged) / (now.Elapsed - before.Elapsed).TotalSeconds:N0} messages/s acknowledged, the fleet {run.Load.DelaySeconds:F1} s late, server {(now.Processor - before.Processor) / (now.Elapsed - before.Elapsed):P0} of a core, {server.PeakBytes / 1e6:N0} MB at most");

    private readonly record struct State(TimeSpan Elapsed, long Acknowledged, TimeSpan Processor);
}
