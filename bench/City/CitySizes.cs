using System.Globalization;
using PingAnIoT.Simulators;

namespace PingAnIoT.Bench;

/// <summary>
/// The four sizes of fleet, one after the other, each so fast that as many messages come in a second as from the city in real time: what a reading and a
/// point cost must not hang on how many there are. Nobody kills the server, since a start costs by the size and not by the reading.
/// </summary>
internal static class CitySizes
{
    private static readonly FleetShape[] Shapes = [.. ((string[])["town", "100k", "1m", "city"]).Select(n => FleetShape.Find(n)!)];

    public static async Task<int> RunAsync(BenchArguments arguments)
    {
        var seconds = arguments.Number("seconds", 60);
        var report = new Report("What a reading and a point cost, by the size of the fleet", "fleet", "devices", "points", "messages/s", "readings/s", "server: µs of a core a reading", "most memory MiB", "bytes a point more than the size before");
        var (status, costs) = (0, new List<double>());
        var (pointsBefore, bytesBefore) = (0L, 0L);
        foreach (var shape in Shapes)
        {
            var speed = (double)FleetShape.City.Devices / shape.Devices;
            var run = await CityBench.RunAsync(new CityOptions { Shape = shape, Minutes = seconds / 60 * speed, Speed = speed, Kills = false });
            run.Report.Print();
            status = Math.Max(status, CityBench.Told(run));
            var (played, points) = (run.Seen.Played, new Fleet(shape, 1).Points);
            var cost = run.Seen.ServerTime.TotalMicroseconds / played.ReadingsAcknowledged;
            costs.Add(cost);
            report.Row(
                shape.Name, Report.Number(shape.Devices), Report.Number(points), Report.Number(played.Counters.Acknowledged / played.Elapsed.TotalSeconds),
                Report.Number(played.ReadingsAcknowledged / played.Elapsed.TotalSeconds), cost.ToString("F2", CultureInfo.InvariantCulture), Report.Number(run.Seen.PeakBytes >> 20),
                pointsBefore == 0 ? "" : Report.Number((run.Seen.PeakBytes - bytesBefore) / (double)(points - pointsBefore)));
            (pointsBefore, bytesBefore) = (points, run.Seen.PeakBytes);
        }

        report.Note(string.Create(CultureInfo.InvariantCulture, $"the dearest size over the cheapest, by the reading: {costs.Max() / costs.Min():F2}"));
        report.Note("healthy fleets of seed 1, a message of each device, played faster than real time but for the city, the generator on the same cores; nothing lost, doubled or untold, or the command fails");
        if (arguments.Has("no-results"))
        {
            report.Print();
        }
        else
        {
            report.Write("city-sizes");
        }

        return status;
    }
}
