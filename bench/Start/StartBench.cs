using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using PingAnIoT.Alerts;
using PingAnIoT.Rules;
using PingAnIoT.Simulators;

namespace PingAnIoT.Bench;

/// <summary>
/// From process start to ready with a long ledger and many devices. Filling the folder takes minutes, so <c>--data FOLDER</c> keeps it: the next
/// run with the same folder only starts the server again.
/// </summary>
internal static class StartBench
{
    private const int RowsPerAlert = 4;
    private const int OpenAlerts = 1_000;
    private const int AtOnce = 512;

    public static async Task<int> RunAsync(BenchArguments arguments)
    {
        var rows = arguments.Count("rows", 1_000_000);
        var devices = arguments.Count("devices", 100_000);
        var report = new Report("Start to ready", "ledger rows", "devices", "how it stopped", "start to ready ms", "of which processor ms");
        var kept = arguments.Text("data");
        var data = kept is null ? ServerChild.NewDataFolder() : Path.GetFullPath(kept);
        try
        {
            if (!Directory.Exists(Path.Combine(data, "journal")))
            {
                await FillAsync(data, rows, devices);
            }

            var slowest = TimeSpan.Zero;
            for (var i = 0; i < arguments.Count("starts", 5); i++)
            {
                await using var server = await ServerChild.StartAsync(data);
                var how = i % 2 == 1 ? "kill -9" : "in order";
                report.Row(Report.Number(rows), Report.Number(devices), how, Report.Number(server.StartTime.TotalMilliseconds), Report.Number(server.ReadyProcessorTime.TotalMilliseconds));
                slowest = server.StartTime > slowest ? server.StartTime : slowest;
                if (i % 2 == 0)
                {
                    server.Kill();
                }
                else
                {
                    await server.StopAsync();
                }
            }

            report.Note("start to ready is measured from outside: the process is started, the line `ready` has come");
            report.Write("start");
            return slowest <= TimeSpan.FromSeconds(3) ? 0 : 1;
        }
        finally
        {
            if (kept is null)
            {
                Directory.Delete(data, recursive: true);
            }
        }
    }

    private static async Task FillAsync(string data, int rows, int devices)
    {
        await FillLedgerAsync(Path.Combine(data, "ledger"), rows, devices);
        await using var server = await ServerChild.StartAsync(data);
        await new LoadRun(
            new LoadTarget { Port = server.Mqtt, Duration = TimeSpan.FromSeconds(60) },
            new LoadShape { Devices = devices, Messages = devices * 2L },
            TimeProvider.System).RunAsync(CancellationToken.None);
        await server.StopAsync();
    }

    /// <summary>Alerts that were raised, went back to normal, were acknowledged and closed; the last thousand are still open.</summary>
    private static async Task FillLedgerAsync(string folder, int rows, int devices)
    {
        await using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        await using var ledger = Ledger.Open(
            new LedgerOptions { Folder = folder }, Catalog.Default, TimeProvider.System,
            new AlertsMetrics(meters.GetRequiredService<IMeterFactory>()), NullLogger<Ledger>.Instance);
        var rule = new Rule
        {
            Id = "start-bench", Version = "00000000", TitleZh = "启动", TitleEn = "Start", Kind = 0, Quantity = 1, Function = WindowFunction.Last,
            WindowMicros = 0, Bands = [new Band(Severity.Green, Comparison.Above, 10, null)], Basis = "site",
        };
        var officer = new Officer("bench");
        var alerts = rows / RowsPerAlert;
        var begin = ((TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10) - (alerts * 1_000L) - 120_000_000;
        for (var from = 0; from < alerts; from += AtOnce)
        {
            var block = Enumerable.Range(from, Math.Min(AtOnce, alerts - from)).Select(i => Raise(rule, i, devices, begin)).ToList();
            foreach (var raise in block)
            {
                ledger.Post(raise);
                ledger.Post(raise with { Ordinal = 2, Change = TransitionChange.Normal, From = Severity.Green, To = Severity.Normal, EventTimeMicros = raise.EventTimeMicros + 60_000_000 });
            }

            await ledger.FlushAsync(CancellationToken.None);
            if (from + AtOnce < alerts - OpenAlerts)
            {
                var ids = block.Select(t => AlertId.Of(t.RuleId, t.Series, t.EpisodeMicros)).ToList();
                await Task.WhenAll(ids.Select(id => ledger.AcknowledgeAsync(new AlertCommand(id, officer, "a" + id), CancellationToken.None)));
                var closed = await Task.WhenAll(ids.Select(id => ledger.CloseAsync(new AlertCommand(id, officer, "c" + id, "done"), Alerts.Verdict.Test, CancellationToken.None)));
                if (closed.FirstOrDefault(c => !c.IsDone) is { } refused)
                {
                    throw new InvalidOperationException(refused.Outcome + " " + refused.Reason);
                }
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ledger.Book.Sequence:N0} ledger rows written"));
    }

    private static Transition Raise(Rule rule, int number, int devices, long begin)
    {
        var device = new DeviceRecord { Device = LoadShape.DeviceName(number % devices), Kind = 0, Gateways = [LoadShape.GatewayName(number % 123)] };
        var micros = begin + (number * 1_000L);
        return new Transition
        {
            Rule = rule, Series = $"gas-pipe/{device.Device}/methane", Device = device, EpisodeMicros = micros, Ordinal = 1, Change = TransitionChange.Raised,
            From = Severity.Normal, To = Severity.Green, EventTimeMicros = micros, ReceiveTimeMicros = micros, WindowValue = 12, Threshold = 10,
            Evidence = [new Evidence(micros, 12)],
        };
    }
}
