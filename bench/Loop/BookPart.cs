using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using PingAnIoT.Alerts;
using PingAnIoT.Rules;

namespace PingAnIoT.Bench;

/// <summary>
/// A ledger with a million open alerts of six deadlines each: how long the server takes to start with it and what memory it has then, what a
/// page of it costs, and how long a sweep takes when nothing is due and when a hundred are. Filling it takes minutes, so <c>--data FOLDER</c> keeps it for the next run.
/// </summary>
internal static class BookPart
{
    private const int AtOnce = 4_096;
    private const int DueASecond = 100;
    private const int Sweeps = 20;
    private const string ImageName = "book.image";

    /// <summary>All from the raise, and none before half a day.</summary>
    private const string Policy =
        """
        deadlines:
          yellow: { seen: 12h, acknowledged: 2d, dispatched: 3d, arrived: 4d, rectified: 5d, closed: 6d }
        """;

    public static async Task<int> RunAsync(BenchArguments arguments)
    {
        var isSmall = arguments.Has("small");
        var alerts = arguments.Count("alerts", isSmall ? 20_000 : 1_000_000);
        var kept = arguments.Text("data");
        var data = kept is null ? ServerChild.NewDataFolder() : Path.GetFullPath(kept);
        var folder = Path.Combine(data, "ledger");
        var report = new Report("The loop: a book of open alerts", "what", "figure", "goal", "") { Company = "nothing else" };
        try
        {
            // What was cut short goes on where it was.
            var filled = Path.Combine(data, "filled");
            if (!File.Exists(filled))
            {
                await FillAsync(folder, alerts);
                await File.WriteAllTextAsync(filled, "");
            }

            // First: it stops in order, and leaves an image by this very build, which the starts are to find.
            var sweep = await SweepAsync(report, folder, alerts);
            var (slowest, most) = await StartAsync(report, data, folder);
            report.Note("start to ready is measured from outside: the process is started, the line `ready` has come; memory is what is resident 5 s after that");
            report.Note("a sweep is timed in the ledger alone, from asking for it to its commit");
            report.Note("a list is timed in the ledger alone, with what it allocates: the median of 20; the page is unpacked, and not yet written as the protocol says it");
            LoopBench.Keep(report, "book", arguments);
            return isSmall || (slowest <= 5_000 && most <= 600 << 20 && sweep <= 50) ? 0 : 1;
        }
        finally
        {
            if (kept is null)
            {
                Directory.Delete(data, recursive: true);
            }
        }
    }

    private static async Task<(double Milliseconds, long Bytes)> StartAsync(Report report, string data, string folder)
    {
        var (slowest, most) = (0.0, 0L);
        foreach (var how in new[] { "a stop in order", "kill -9", "kill -9 and without its image, as after an upgrade" })
        {
            var isUpgrade = how.EndsWith("upgrade", StringComparison.Ordinal);
            if (isUpgrade)
            {
                File.Delete(Path.Combine(folder, ImageName));
            }

            await using var server = await ServerChild.StartAsync(data, new Dictionary<string, string>(StringComparer.Ordinal) { ["Telemetry__LogLevel"] = "Error" });
            await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System);
            var (took, resident) = (server.StartTime.TotalMilliseconds, server.ResidentBytes);
            report.Row($"start to ready after {how}", $"{Report.Number(took)} ms", isUpgrade ? "" : "5 s", isUpgrade ? "" : LoopBench.Said(took <= 5_000));
            report.Row("resident then, and at most", $"{resident >> 20}, {server.PeakBytes >> 20} MiB", "600 MB", LoopBench.Said(resident <= 600 << 20));
            (slowest, most) = (Math.Max(slowest, isUpgrade ? 0 : took), Math.Max(most, resident));
            server.Kill();
        }

        return (slowest, most);
    }

    private static async Task<double> SweepAsync(Report report, string folder, int alerts)
    {
        var time = new SteppedTime();
        await using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var opening = Stopwatch.StartNew();
        await using var ledger = Open(folder, time, meters);
        var opened = opening.ElapsedMilliseconds;
        var book = ledger.Book.Alerts;
        var rows = book.Values.Sum(a => (long)a.Deadlines.Count);
        report.Row("the ledger alone opened", $"{Report.Number(book.Count)} open alerts, {Report.Number(rows)} deadlines, {Report.Number(opened)} ms", Report.Number(alerts), LoopBench.Said(book.Count == alerts));
        await ListCost.MeasureAsync(report, ledger);
        var idle = new List<double>();
        for (var i = 0; i < Sweeps; i++)
        {
            idle.Add(await TimeAsync(ledger));
        }

        Say("nothing due", idle);
        var first = book.Values.SelectMany(a => a.Deadlines).Min(d => d.DueMicros);
        time.Move(DateTimeOffset.UnixEpoch.AddMicroseconds(first) - time.GetUtcNow());
        var (before, busy) = (ledger.Book.Sequence, new List<double>());
        for (var i = 0; i < Sweeps; i++)
        {
            busy.Add(await TimeAsync(ledger));
            time.Move(TimeSpan.FromSeconds(1));
        }

        Say(FormattableString.Invariant($"some {(ledger.Book.Sequence - before) / Sweeps} due"), busy);
        return Math.Max(idle.Max(), busy.Max());

        void Say(string what, List<double> took) => report.Row(
            $"a sweep with {what}: median, longest of {Sweeps}",
            string.Create(CultureInfo.InvariantCulture, $"{took.Order().ElementAt(Sweeps / 2):F1}, {took.Max():F1} ms"), "50 ms", LoopBench.Said(took.Max() <= 50));
    }

    private static async Task<double> TimeAsync(Ledger ledger)
    {
        var watch = Stopwatch.StartNew();
        await ledger.SweepAsync(CancellationToken.None);
        return watch.Elapsed.TotalMilliseconds;
    }

    private static Ledger Open(string folder, TimeProvider time, ServiceProvider meters) => Ledger.Open(
        new LedgerOptions { Folder = folder, Deadlines = PolicyFile.Parse(Policy, "bench.yaml").Policy!, SweepInterval = TimeSpan.FromHours(1) }, Catalog.Default, time,
        new AlertsMetrics(meters.GetRequiredService<IMeterFactory>()), NullLogger<Ledger>.Instance);

    private static async Task FillAsync(string folder, int alerts)
    {
        await using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        await using var ledger = Open(folder, TimeProvider.System, meters);
        var rule = new Rule
        {
            Id = "gas-pipe-overpressure", Version = "0011aabb", TitleZh = "燃气管道超压", TitleEn = "Gas pipe over-pressure", Kind = 0, Quantity = 0,
            Function = WindowFunction.Mean, WindowMicros = 60_000_000, Basis = "site", Bands = [new Band(Severity.Yellow, Comparison.Above, 450, null)],
        };
        var begin = ((TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond) - (alerts / DueASecond * 1_000_000L);
        var watch = Stopwatch.StartNew();
        for (var from = ledger.Book.Alerts.Count; from < alerts; from += AtOnce)
        {
            for (var i = from; i < Math.Min(alerts, from + AtOnce); i++)
            {
                ledger.Post(Raise(rule, i, begin + (i * 1_000_000L / DueASecond)));
            }

            await ledger.FlushAsync(CancellationToken.None);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ledger.Book.Alerts.Count:N0} alerts written in {watch.Elapsed.TotalSeconds:F0} s"));
    }

    private static Transition Raise(Rule rule, int number, long micros)
    {
        var device = new DeviceRecord
        {
            Device = $"gp-{number:D7}", Kind = 0, Gateways = [$"gw-{number % 123}"], Territory = LoopCity.TerritoryOf(number % LoopCity.Communities),
            Address = $"平安路 {number} 号", OwnerUnit = "燃气公司",
        };
        return new Transition
        {
            Rule = rule, Series = $"gas-pipe/{device.Device}/pressure", Device = device, EpisodeMicros = micros, Ordinal = 1, Change = TransitionChange.Raised,
            From = Severity.Normal, To = Severity.Yellow, EventTimeMicros = micros, ReceiveTimeMicros = micros, WindowValue = 481.5, Threshold = 450,
            Evidence = [new Evidence(micros - 1_000_000, 480.5), new Evidence(micros, 482.5)], JournalPosition = number,
        };
    }
}
