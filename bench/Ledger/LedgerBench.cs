using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using PingAnIoT.Alerts;
using PingAnIoT.Rules;

namespace PingAnIoT.Bench;

/// <summary>
/// The ledger alone: alerts raised as fast as it takes them, then each acknowledged and closed with so many commands under way, and a check of all.
/// In SQLite, or with <c>--postgres FILE</c> (which holds a connection string, its schema empty) on PostgreSQL.
/// </summary>
internal static class LedgerBench
{
    private const int CommandsUnderWay = 256;

    /// <summary>The result of so many alerts is kept.</summary>
    private const int Kept = 100_000;

    public static async Task<int> RunAsync(BenchArguments options)
    {
        var alerts = options.Count("alerts", Kept);
        var postgres = options.Text("postgres") is { } file ? PostgresPlace.Read((await File.ReadAllTextAsync(file)).Trim()).Place : null;
        var folder = options.Text("data") ?? Directory.CreateTempSubdirectory("pingan-ledger-bench-").FullName;
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var metrics = new AlertsMetrics(services.GetRequiredService<IMeterFactory>());
        var settings = new LedgerOptions { Folder = folder, Postgres = postgres };
        var ledger = Ledger.Open(settings, Catalog.Default, TimeProvider.System, metrics, NullLogger<Ledger>.Instance);
        var report = new Report("Ledger", "what", "count", "seconds", "a second") { Company = "nothing else" };
        var transitions = Enumerable.Range(0, alerts).Select(Raise).ToList();
        await TimeAsync(report, "alerts raised", alerts, async () =>
        {
            transitions.ForEach(ledger.Post);
            await ledger.FlushAsync(CancellationToken.None);
        });
        var ids = ledger.Book.Alerts.Keys.ToList();
        await TimeAsync(report, "acknowledged", ids.Count, () => EachAsync(ids, id => ledger.AcknowledgeAsync(Command(id, "a", "wang"), CancellationToken.None)));
        await TimeAsync(report, "closed", ids.Count, () => EachAsync(ids, id => ledger.CloseAsync(Command(id, "c", "li"), PingAnIoT.Alerts.Verdict.False, CancellationToken.None)));
        var closing = Stopwatch.StartNew();
        await ledger.DisposeAsync();
        var verified = default(VerifyReport);
        await TimeAsync(report, "entries verified", alerts * 3, () =>
        {
            verified = LedgerVerifier.Verify(settings);
            return Task.CompletedTask;
        });
        report.Note($"{settings.Postgres?.ToString() ?? "SQLite"}; {CommandsUnderWay} commands under way; closing took {closing.ElapsedMilliseconds} ms with the check; {(verified!.IsSound ? "sound" : string.Join("; ", verified.Findings))}");
        if (alerts == Kept)
        {
            report.Write(postgres is null ? "ledger" : "ledger-postgres");
        }
        else
        {
            report.Print();
        }

        if (options.Text("data") is null)
        {
            Directory.Delete(folder, recursive: true);
        }

        return verified.IsSound && verified.Entries >= alerts * 3 ? 0 : 1;
    }

    private static AlertCommand Command(string alert, string step, string officer) => new(alert, new Officer(officer), step + alert, "looked at it");

    private static async Task EachAsync(List<string> ids, Func<string, Task<CommandResult>> act)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, CommandsUnderWay).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var at && at < ids.Count)
            {
                if ((await act(ids[at])).Outcome != CommandOutcome.Done)
                {
                    throw new InvalidOperationException("A command was refused.");
                }
            }
        })));
    }

    private static async Task TimeAsync(Report report, string what, int count, Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        report.Row(what, Report.Number(count), watch.Elapsed.TotalSeconds.ToString("F1", System.Globalization.CultureInfo.InvariantCulture), Report.Number(count / watch.Elapsed.TotalSeconds));
    }

    /// <summary>A yellow of a device of its own: one that one officer may close while it is active.</summary>
    private static Transition Raise(int number)
    {
        var rule = new Rule
        {
            Id = "gas-pipe-overpressure", Version = "0011aabb", TitleZh = "燃气管道超压", TitleEn = "Gas pipe over-pressure", Kind = 0, Quantity = 0,
            Function = WindowFunction.Mean, WindowMicros = 60_000_000, Basis = "site", Bands = [new Band(Severity.Yellow, Comparison.Above, 450, null)],
        };
        var device = new DeviceRecord { Device = $"gp-{number:D7}", Kind = 0, Gateways = ["gw-7"], Territory = "d01/s03/c07", Address = "平安路 1 号", OwnerUnit = "燃气公司" };
        var time = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return new Transition
        {
            Rule = rule, Series = $"gas-pipe/{device.Device}/pressure", Device = device, EpisodeMicros = time, Ordinal = 1, Change = TransitionChange.Raised,
            From = Severity.Normal, To = Severity.Yellow, EventTimeMicros = time, ReceiveTimeMicros = time, WindowValue = 481.5, Threshold = 450,
            Evidence = [new Evidence(time - 1_000_000, 480.5), new Evidence(time, 482.5)], JournalPosition = number,
        };
    }
}
