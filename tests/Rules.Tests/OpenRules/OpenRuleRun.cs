using System.Diagnostics.Metrics;
using System.Reactive.Concurrency;
using Microsoft.Extensions.Time.Testing;

namespace PingAnIoT.Rules.Tests;

/// <summary>A host with some rules, fed by hand. Times are seconds of the story.</summary>
internal sealed class OpenRuleRun : ITransitionSink, IDisposable
{
    public const long Epoch = 1_760_000_000_000_000;
    private readonly Meters meters = new();
    private readonly List<Transition> transitions = [];
    private readonly List<Reading> pending = [];
    private readonly int batch;

    public OpenRuleRun(IOpenRule[] rules, OpenRuleOptions? options = null, OpenEpisode[]? unended = null, int batch = 1)
    {
        this.batch = batch;
        foreach (var (name, territory) in new[] { ("p1", "d01/s01/c01/g01"), ("p2", "d01/s01/c01/g01"), ("p3", "d01/s01/c01/g02"), ("p4", "") })
        {
            Register.Register(new DeviceRecord { Device = name, Kind = 0, Territory = territory });
        }

        Host = new OpenRuleHost(rules, Register, this, unended ?? [], options ?? new OpenRuleOptions(), Time, meters, (id, why, _) =>
        {
            lock (transitions)
            {
                Reports.Add($"{id}: {why}");
            }
        });
        Host.Start();
    }

    public OpenRuleHost Host { get; }

    public DeviceRegister Register { get; } = new(Catalog.Default);

    public FakeTimeProvider Time { get; } = new();

    public List<string> Reports { get; } = [];

    public IReadOnlyList<Transition> Transitions
    {
        get
        {
            lock (transitions)
            {
                return [.. transitions];
            }
        }
    }

    public IEnumerable<string> Lines => Transitions.Select(t =>
        FormattableString.Invariant($"{t.RuleId} {t.Series} {t.From}>{t.To} @{Seconds(t.EventTimeMicros)} of {Seconds(t.EpisodeMicros)} no. {t.Ordinal} {t.Change}"));

    public static double Seconds(long micros) => (micros - Epoch) / 1e6;

    public OpenRuleRun At(double second, string device, double value, string quantity = "pressure", double? measured = null)
    {
        var (receive, time) = (Epoch + (long)(second * 1e6), Epoch + (long)((measured ?? second) * 1e6));
        var kind = Catalog.Default.Kinds[0];
        return Offer(new Reading(
            Register.Find(0, System.Text.Encoding.UTF8.GetBytes(device)), (ushort)kind.FindQuantity(System.Text.Encoding.UTF8.GetBytes(quantity)),
            ReadingFlags.None, time, receive, value));
    }

    public OpenRuleRun Tick(double second) => Offer(Reading.Tick(Epoch + (long)(second * 1e6)));

    public async Task<OpenRuleRun> DoneAsync()
    {
        Host.Offer([.. pending], 7);
        pending.Clear();
        await Host.FlushAsync(TestContext.Current.CancellationToken);
        return this;
    }

    public void Post(Transition transition)
    {
        lock (transitions)
        {
            transitions.Add(transition);
        }
    }

    public Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        Host.Dispose();
        meters.Dispose();
    }

    private OpenRuleRun Offer(Reading reading)
    {
        pending.Add(reading);
        if (pending.Count >= batch)
        {
            Host.Offer([.. pending], 7);
            pending.Clear();
        }

        return this;
    }

    private sealed class Meters : IMeterFactory
    {
        private readonly List<Meter> meters = [];

        public Meter Create(MeterOptions options)
        {
            meters.Add(new Meter(options));
            return meters[^1];
        }

        public void Dispose() => meters.ForEach(m => m.Dispose());
    }
}

/// <summary>An open rule in one line.</summary>
internal sealed class QuickRule(Func<IObservable<OpenReading>, IScheduler, IObservable<OpenFinding>> watch) : IOpenRule
{
    public string Id { get; init; } = "quick";

    public string Revision => "1";

    public string TitleZh => "试";

    public string TitleEn => "Test";

    public string Basis => "site";

    public IReadOnlyList<string> Series { get; init; } = ["gas-pipe/*/pressure"];

    public TimeSpan WarmUp { get; init; }

    public IObservable<OpenFinding> Watch(IObservable<OpenReading> readings, IScheduler scheduler) => watch(readings, scheduler);
}
