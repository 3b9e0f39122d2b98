using System.Diagnostics.Metrics;

namespace PingAnIoT.Rules;

/// <summary>How an open rule is doing.</summary>
public enum OpenRuleState
{
    /// <summary>It has not yet seen enough; what it says is not believed.</summary>
    WarmingUp,

    Watching,

    /// <summary>It runs no more until the next start.</summary>
    Quarantined,
}

/// <summary>
/// Runs open rules beside the engine. It gives each the readings of the series it names, on a thread of its own and through a queue of its own;
/// a rule that fails, takes too long or falls behind is quarantined, which is a red transition, and nobody else notices.
/// Threading: <see cref="Offer"/> by one thread, in journal order; the rest by any.
/// </summary>
public sealed class OpenRuleHost : IDisposable
{
    private readonly OpenRuleRunner[] runners;
    private readonly ITransitionSink sink;
    private readonly OpenRuleOptions options;
    private readonly TimeProvider time;
    private readonly Action<string, string, Exception?> report;
    private readonly Lock gate = new();
    private readonly UpDownCounter<int> quarantined;
    private Task telling = Task.CompletedTask;

    /// <param name="rules">At most <see cref="OpenRuleOptions.RulesMax"/>, each with a name of its own.</param>
    /// <param name="register">Devices.</param>
    /// <param name="sink">Takes the transitions.</param>
    /// <param name="unended">The episodes of these rules, and of their quarantines, that the ledger has open.</param>
    /// <param name="options">What a rule may take.</param>
    /// <param name="time">Measures the rules' work.</param>
    /// <param name="meters">Metrics.</param>
    /// <param name="report">A rule was quarantined: its name, why, and the exception if there is one. For the log.</param>
    /// <exception cref="ArgumentException">A rule, or an option, that cannot be.</exception>
    public OpenRuleHost(
        IReadOnlyList<IOpenRule> rules, DeviceRegister register, ITransitionSink sink, IReadOnlyList<OpenEpisode> unended,
        OpenRuleOptions options, TimeProvider time, IMeterFactory meters, Action<string, string, Exception?> report)
    {
        if (!options.IsValid)
        {
            throw new ArgumentException("An option is out of its range.", nameof(options));
        }

        if (rules.Count > OpenRuleOptions.RulesMax || rules.DistinctBy(r => r.Id).Count() != rules.Count)
        {
            throw new ArgumentException($"There are at most {OpenRuleOptions.RulesMax} open rules, each with a name of its own.", nameof(rules));
        }

        this.sink = sink;
        this.options = options;
        this.time = time;
        this.report = report;
        runners = [.. rules.Select(r => new OpenRuleRunner(r, register, unended, options, time, sink.Post, Quarantine))];
        var meter = meters.Create("PingAnIoT.Rules");
        quarantined = meter.CreateUpDownCounter<int>("pingan.open_rules.quarantined", "{rule}", "Open rules that run no more");
        meter.CreateObservableCounter(
            "pingan.open_rules.out_of_order", () => runners.Sum(r => r.OutOfOrder), "{reading}", "Readings behind a newer one of their series, which open rules are not given");
    }

    /// <summary>How each rule is doing, by its name.</summary>
    public IReadOnlyDictionary<string, OpenRuleState> States => runners.ToDictionary(
        r => r.Rule.Id,
        r => r.IsQuarantined ? OpenRuleState.Quarantined : r.IsWarm ? OpenRuleState.Watching : OpenRuleState.WarmingUp,
        StringComparer.Ordinal);

    public void Start()
    {
        foreach (var runner in runners)
        {
            runner.Start();
        }
    }

    /// <summary>Readings and ticks in journal order. Allocates nothing; waits for nobody, unless it may.</summary>
    /// <param name="readings">Copied before it returns.</param>
    /// <param name="journalPosition">Just after the entry they came from.</param>
    /// <param name="mayWait">True while the journal's past is read, which goes faster than rules may follow.</param>
    public void Offer(ReadOnlySpan<Reading> readings, long journalPosition, bool mayWait = false)
    {
        foreach (var runner in runners)
        {
            runner.Offer(readings, journalPosition, mayWait);
        }
    }

    /// <summary>
    /// Completes when the rules are done with all that was offered before, and what they said is with the sink. One that does not come to an end
    /// in time is quarantined.
    /// </summary>
    public async Task FlushAsync(CancellationToken cancellationToken = default)
    {
        foreach (var runner in runners)
        {
            try
            {
                await runner.DrainedAsync().WaitAsync(options.FlushLimit, time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                runner.Quarantine($"it did not come to an end in {options.FlushLimit.TotalSeconds} s", null);
            }
        }

        Task told;
        lock (gate)
        {
            told = telling;
        }

        await told.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives the rules nothing more. A thread that is stuck in a rule ends with the process.</summary>
    public void Dispose()
    {
        foreach (var runner in runners)
        {
            runner.Dispose();
        }
    }

    /// <summary>Told from a thread of its own: a sink that is busy must not hold up whoever found out.</summary>
    private void Quarantine(OpenRuleRunner runner, string why, Exception? exception)
    {
        quarantined.Add(1);
        report(runner.Rule.Id, why, exception);
        if (runner.Unended is not null)
        {
            // It was in quarantine before and has not come out of it: that alert stands.
            return;
        }

        var transition = OpenRuleEpisodes.Quarantine(
            runner.Rule, runner.About, null, isIn: true, runner.LastReceiveMicros, runner.LastPosition);
        lock (gate)
        {
            telling = telling.ContinueWith(_ => sink.Post(transition), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }
}
