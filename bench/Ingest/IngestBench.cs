using System.Diagnostics;
using System.Globalization;
using PingAnIoT.Simulators;

namespace PingAnIoT.Bench;

/// <summary>
/// QoS 1 ingest of the real server: fsynced before PUBACK, decoded and judged by the default rules; and mosquitto, without persistence, in the same run.
/// A message counts when it is acknowledged and judged: the clock stops when the server's counters say so.
/// </summary>
internal static class IngestBench
{
    private const string AcceptedMetric = "pingan_intake_messages_accepted_total";
    private static readonly string[] JudgedMetrics = ["pingan_engine_readings_total"];

    public static async Task<int> RunAsync(BenchArguments arguments)
    {
        var report = new Report(
            "Ingest: QoS 1, one generator thread", "what", "messages/s", "readings/s", "server CPU s", "generator CPU s", "messages per server CPU s", "PUBACK p50 / p99 / max ms", "server RSS MiB");
        var rounds = arguments.Count("rounds", 3);
        var ours = new List<double>();
        var theirs = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            ours.Add(await OursAsync(arguments, arguments.Count("readings", 3), report));
            if (!arguments.Has("no-packs"))
            {
                await OursAsync(arguments, arguments.Count("pack", 100), report);
            }

            if (MosquittoPeer.Find() is { } program && !arguments.Has("no-peers"))
            {
                theirs.Add(await MosquittoAsync(arguments, program, 1, report));
                theirs.Add(await MosquittoAsync(arguments, program, 0, report));
            }
        }

        report.Note("a one-device message has a payload of 120 bytes with 3 readings, filled up with blanks; a pack is one SenML JSON message; the devices are the city's, and with fewer each speaks oftener, so that its windows hold more");
        if (theirs.Count > 0)
        {
            report.Note(string.Create(CultureInfo.InvariantCulture, $"median of ours {Median(ours):N0} messages/s, {Median(ours) / Median(theirs):F1} times what one subscriber receives through mosquitto (median {Median(theirs):N0}), {Median(ours) / theirs.Max():F1} times its best"));
        }

        report.Write("ingest");
        return Median(ours) >= 120_000 ? 0 : 1;
    }

    private static async Task<double> OursAsync(BenchArguments arguments, int readings, Report report)
    {
        var data = ServerChild.NewDataFolder();
        try
        {
            await using var server = await ServerChild.StartAsync(data);
            var shape = Shape(arguments, readings);
            var target = Target(arguments, server.Mqtt);

            // Every device is known, and the code that this shape needs is compiled as it stays, before the clock starts.
            foreach (var warm in new[] { shape with { ReadingsPerMessage = 3 }, shape }.Distinct())
            {
                await new LoadRun(target with { Duration = TimeSpan.FromSeconds(arguments.Number("warm", 3)) }, warm with { Messages = 0 }, TimeProvider.System).RunAsync(CancellationToken.None);
                await JudgedAsync(server);
            }

            var before = await server.MetricAsync(AcceptedMetric);
            var (serverTime, ownTime, start) = (TimeSpan.Zero, TimeSpan.Zero, 0L);
            var load = new LoadRun(target, shape, TimeProvider.System)
            {
                Opening = () => (serverTime, ownTime, start) = (server.ProcessorTime, Environment.CpuUsage.TotalTime, TimeProvider.System.GetTimestamp()),
            };
            var result = await load.RunAsync(CancellationToken.None);
            var judged = await JudgedAsync(server);
            var elapsed = TimeProvider.System.GetElapsedTime(start);
            serverTime = server.ProcessorTime - serverTime;
            ownTime = Environment.CpuUsage.TotalTime - ownTime;
            var accepted = await server.MetricAsync(AcceptedMetric) - before;
            if ((long)accepted != result.Counters.Acknowledged || result.Counters.Refused > 0)
            {
                report.Note(string.Create(CultureInfo.InvariantCulture, $"NOT EQUAL: {result.Counters.Acknowledged} acknowledged, {accepted} accepted by the server, {result.Counters.Refused} refused"));
            }

            if (!judged)
            {
                report.Note("the server's judged counter did not reach its accepted counter");
            }

            var perSecond = result.Counters.Acknowledged / elapsed.TotalSeconds;
            Add(report, readings == 3 ? "PingAnIoT, 3 readings" : $"PingAnIoT, packs of {readings}", result, perSecond, result.Readings / elapsed.TotalSeconds, serverTime, ownTime, server.ResidentBytes);
            return perSecond;
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task<double> MosquittoAsync(BenchArguments arguments, string program, int subscriberQos, Report report)
    {
        await using var peer = await MosquittoPeer.StartAsync(program, subscriberQos);
        var (ownTime, start) = (TimeSpan.Zero, 0L);
        var load = new LoadRun(Target(arguments, peer.Port), Shape(arguments, 3), TimeProvider.System)
        {
            Opening = () => (ownTime, start) = (Environment.CpuUsage.TotalTime, TimeProvider.System.GetTimestamp()),
        };
        var result = await load.RunAsync(CancellationToken.None);
        for (var i = 0; peer.Received < result.Counters.Published && i < 1_000; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        var elapsed = TimeProvider.System.GetElapsedTime(start);
        ownTime = Environment.CpuUsage.TotalTime - ownTime;
        var perSecond = peer.Received / elapsed.TotalSeconds;
        Add(report, $"mosquitto, no persistence, one subscriber at QoS {subscriberQos} receiving", result, perSecond, perSecond * 3, peer.ProcessorTime, ownTime, 0);
        return perSecond;
    }

    private static void Add(Report report, string what, LoadResult result, double messages, double readings, TimeSpan serverTime, TimeSpan ownTime, long resident)
    {
        var h = result.Counters.AckMicros;
        report.Row(
            what, Report.Number(messages), Report.Number(readings), serverTime.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture),
            ownTime.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture), Report.Number(result.Counters.Acknowledged / serverTime.TotalSeconds),
            $"{Report.Millis(h.GetValueAtPercentile(50))} / {Report.Millis(h.GetValueAtPercentile(99))} / {Report.Millis(h.GetValueAtPercentile(100))}",
            resident == 0 ? "" : Report.Number(resident / 1024.0 / 1024));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {messages:N0} messages/s, {readings:N0} readings/s"));
    }

    /// <summary>Waits until everything accepted has been judged.</summary>
    private static async Task<bool> JudgedAsync(ServerChild server)
    {
        var accepted = await server.MetricAsync("pingan_intake_readings_accepted_total");
        foreach (var metric in JudgedMetrics)
        {
            if (await server.MetricReachesAsync(metric, accepted, TimeSpan.FromSeconds(30)) >= accepted)
            {
                return true;
            }
        }

        return false;
    }

    private static LoadShape Shape(BenchArguments arguments, int readings) => new()
    {
        Gateways = arguments.Count("connections", 123),
        Devices = arguments.Count("devices", City.Devices),
        ReadingsPerMessage = readings,
        Messages = arguments.Count("messages", 0),
    };

    private static LoadTarget Target(BenchArguments arguments, int port) => new()
    {
        Port = port, Duration = TimeSpan.FromSeconds(arguments.Number("seconds", 10)), WindowMessages = arguments.Count("window", 1024),
    };

    private static double Median(List<double> values)
    {
        values.Sort();
        return values.Count == 0 ? 0 : values[values.Count / 2];
    }
}
