using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest.Tests;

/// <summary>
/// A pipeline on a folder of its own and a clock of its own, that can be stopped, killed and started again.
/// The sink lives through all of it, as a ledger does.
/// </summary>
internal sealed class TestPlant : IAsyncDisposable
{
    public const string Rules = """
        rules:
          - id: over-pressure
            title: { zh: 超压, en: Over-pressure }
            kind: gas-pipe
            quantity: pressure
            when: mean(60s)
            red: "> 480"
            yellow: "> 450"
            green: "> 420"
            hold: 30s
            clear: { deadband: 10, hold: 20s }
            basis: site
          - id: silent
            title: { zh: 失联, en: Silent }
            kind: gas-pipe
            quantity: pressure
            when: absent(120s)
            fault: true
            basis: site
        """;

    /// <summary>Red above 480 kPa, at once.</summary>
    public const string High = """
        rules:
          - id: high
            title: { zh: 高, en: High }
            kind: gas-pipe
            quantity: pressure
            when: last
            red: "> 480"
            basis: site
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("pingan-plant-").FullName;

    public TestPlant(string rules = Rules)
    {
        var result = RuleFile.Parse(rules, "test", Catalog.Default);
        result.Errors.Should().BeEmpty();
        RuleSet = result.RuleSet!;
        Options = new IngestOptions
        {
            DataDirectory = folder,
            Journal = new JournalOptions
            {
                SegmentBytes = 1024 * 1024, PendingBytes = 1024 * 1024, RetryFirst = TimeSpan.FromMilliseconds(1), RetryLongest = TimeSpan.FromMilliseconds(1),
            },
            SnapshotBytes = 1L << 40,
            SnapshotInterval = TimeSpan.FromDays(1),
        };
    }

    public RuleSet RuleSet { get; set; }

    public IngestOptions Options { get; set; }

    public FakeTimeProvider Time { get; set; } = new(new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero));

    public RecordingSink Sink { get; set; } = new();

    public SimulatedDisk? Disk { get; init; }

    public DeviceRegister Register { get; private set; } = new(Catalog.Default);

    /// <summary>Makes the open rules of a start.</summary>
    public Func<TestPlant, OpenRuleHost?> OpenRules { get; set; } = _ => null;

    /// <summary>Fills the register before a start.</summary>
    public Action Prepare { get; set; } = () => { };

    public Func<string, RuleSet?>? ReadRules { get; init; }

    public IngestPipeline Pipeline { get; private set; } = null!;

    public string Folder => folder;

    public double NowSeconds => Time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;

    /// <summary>A start as of a new process: the register is empty again.</summary>
    public async Task StartAsync()
    {
        Register = new DeviceRegister(Catalog.Default);
        Prepare();
        Pipeline = new IngestPipeline(Options, Register, RuleSet, Sink, Time, NullLoggerFactory.Instance, new SilentMeters(), ReadRules)
        {
            OpenStorage = path => Disk is null ? new FileJournalStorage(path) : Disk,
            OpenRules = OpenRules(this),
        };
        await Pipeline.StartAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Waits until all that was submitted is on disk and judged.</summary>
    public void Settle()
    {
        var tail = Pipeline.Journal.Tail;
        JournalTests.WaitUntil(() => Pipeline.Journal.CommittedUntil >= tail && Pipeline.Health.UnevaluatedBytes == 0);
    }

    /// <summary>Time goes on, a second (and a tick) at a time, each judged before the next.</summary>
    public void Advance(int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            Settle();
        }
    }

    public async Task PublishAsync(TestSource source, string topic, string payload)
    {
        source.Lane ??= Pipeline.Intake.OpenLane(source);
        var batch = await source.Lane.RentAsync(TestContext.Current.CancellationToken);
        batch.Add(Encoding.UTF8.GetBytes(topic), Encoding.UTF8.GetBytes(payload), PayloadFormat.Detect, ++source.PacketId);
        source.Lane.Submit(batch);
    }

    public Task PressureAsync(TestSource source, string device, double value) => PublishAsync(
        source, $"pingan/v1/{source.Gateway}/gas-pipe/{device}",
        string.Create(CultureInfo.InvariantCulture, $$"""{"t": {{NowSeconds:f3}}, "pressure": {{value:f2}}}"""));

    public void DeleteSnapshots()
    {
        foreach (var snapshot in Directory.GetDirectories(Path.Combine(folder, "snapshots")))
        {
            Directory.Delete(snapshot, recursive: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Sink.Open.Set();
        if (Pipeline is not null)
        {
            await Pipeline.AbandonAsync();
            await Pipeline.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }
}

/// <summary>A gateway's session that counts what it is told.</summary>
internal sealed class TestSource(string gateway) : IMessageSource
{
    private readonly List<MessageOutcome> durable = [];

    public string Gateway { get; } = gateway;

    public IntakeLane? Lane { get; set; }

    public ushort PacketId { get; set; }

    public bool IsPoisoned { get; init; }

    public int Count
    {
        get
        {
            lock (durable)
            {
                return durable.Count;
            }
        }
    }

    public IReadOnlyList<MessageOutcome> Durable
    {
        get
        {
            lock (durable)
            {
                return [.. durable];
            }
        }
    }

    public void OnDurable(MessageBatch batch)
    {
        if (IsPoisoned)
        {
            throw new InvalidOperationException("poisoned");
        }

        lock (durable)
        {
            durable.AddRange(batch.Outcomes);
        }
    }
}
