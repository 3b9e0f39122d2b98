using Microsoft.Extensions.Time.Testing;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>A ledger in a folder of its own on a fake clock, to be closed and opened again at will.</summary>
public sealed class LedgerKit : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    /// <summary>Two deadlines a colour, each told once: for tests that are about something else.</summary>
    public static readonly DeadlinePolicy PlainPolicy = PolicyFile.Parse(
        """
        deadlines:
          red: { acknowledged: 60s, closed: 24h }
          yellow: { acknowledged: 15m, closed: 3d }
          green: { acknowledged: 4h, closed: 7d }
          fault: { acknowledged: 24h }
        """,
        "plain.yaml").Policy!;

    private readonly MeterFactory meters = new();
    private readonly List<AlertsMetrics> opened = [];

    public LedgerKit(TimeProvider? clock = null)
    {
        Folder = Directory.CreateTempSubdirectory("pingan-ledger-").FullName;
        Clock = clock ?? new FakeTimeProvider(Start);
        Options = new LedgerOptions { Folder = Folder, GroupWait = TimeSpan.Zero, Deadlines = PlainPolicy };
        if (OnPostgresAttribute.IsHere)
        {
            Schema = OnPostgresAttribute.Server.NewSchema();
            Options = Options with { Postgres = PostgresPlace.Read(OnPostgresAttribute.Server.Connection(Schema)).Place };
        }
    }

    public string Folder { get; }

    /// <summary>The schema of this kit's own, on PostgreSQL; else "".</summary>
    public string Schema { get; } = "";

    public TimeProvider Clock { get; }

    public FakeTimeProvider Fake => (FakeTimeProvider)Clock;

    public LedgerOptions Options { get; set; }

    public LogLines<Ledger> Log { get; } = new();

    public Ledger Ledger { get; private set; } = null!;

    public long Now => Micros.Now(Clock);

    public Ledger Open() => OpenIn(Folder);

    public Ledger OpenIn(string folder)
    {
        var metrics = new AlertsMetrics(meters);
        opened.Add(metrics);
        return Ledger = Ledger.Open(Options with { Folder = folder }, Catalog.Default, Clock, metrics, Log);
    }

    public async Task CloseAsync() => await Ledger.DisposeAsync();

    public async Task<Ledger> ReopenAsync()
    {
        await CloseAsync();
        return Open();
    }

    public Task FlushAsync() => Ledger.FlushAsync(TestContext.Current.CancellationToken);

    public async Task<IReadOnlyList<LedgerEntry>> EntriesAsync(EntryKind? kind = null)
    {
        var all = new List<LedgerEntry>();
        while (await Ledger.ReadEntriesAsync(all.Count, 1000, TestContext.Current.CancellationToken) is { Count: > 0 } page)
        {
            all.AddRange(page);
        }

        return kind is null ? all : [.. all.Where(e => e.Kind == kind)];
    }

    public Alert OnlyAlert() => Ledger.Book.Alerts.Values.Single();

    public async ValueTask DisposeAsync()
    {
        if (Ledger is not null)
        {
            await Ledger.DisposeAsync();
        }

        opened.ForEach(m => m.Dispose());
        meters.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
