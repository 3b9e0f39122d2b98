namespace PingAnIoT.Rules;

/// <summary>
/// Judges readings by rules. Deterministic in (journal, rules, register): no clock, no I/O, and the same transitions per series however the
/// readings are cut into batches or spread over shards. docs/engine-semantics.md says what it does in every corner.
/// Threading: owned by one shard; nothing in it is shared but <see cref="Counters"/>, which may be read from anywhere.
/// </summary>
public sealed class Engine
{
    private readonly DeviceRegister register;
    private readonly EngineOptions options;
    private readonly TransitionWriter writer;
    private ShardState state;

    /// <param name="register">Devices by dense index; set-points are read from it at each judgement.</param>
    /// <param name="rules">In force from the start.</param>
    /// <param name="options">Bounds and tolerances, and which shard this is.</param>
    /// <param name="emit">Takes the transitions, in order per series; called on the shard's thread and must not call back.</param>
    /// <exception cref="ArgumentException">The rules do not fit the register's catalog; rule files are checked before they come here.</exception>
    public Engine(DeviceRegister register, RuleSet rules, EngineOptions options, Action<Transition> emit)
    {
        if (!options.IsValid)
        {
            throw new ArgumentException("An option is out of its range.", nameof(options));
        }

        this.register = register;
        this.options = options;
        writer = new TransitionWriter(register, Counters, emit);
        state = NewState(rules);
    }

    public EngineCounters Counters { get; } = new();

    /// <summary>The rules in force.</summary>
    public RuleSet Rules => state.Plan.RuleSet;

    /// <summary>Gateways that were online by their last report; every shard knows the same. For the engine's owner.</summary>
    public IEnumerable<string> OnlineGateways => state.Gateways.Gateways.Where(g => g.IsOnline == true).Select(g => g.Name);

    /// <summary>
    /// Judges readings and ticks in journal order. Gateway readings go to every shard, ticks too; others only to the device's own.
    /// </summary>
    /// <param name="readings">In journal order.</param>
    /// <param name="journalPosition">Just after the entry they came from; carried into the transitions.</param>
    /// <remarks>What judging one of them throws is thrown when all others are judged: the first, where there are several.</remarks>
    public void Apply(ReadOnlySpan<Reading> readings, long journalPosition)
    {
        writer.Position = journalPosition;
        state.Apply(readings);
    }

    /// <summary>
    /// The same for the readings of several entries, at less than the cost of one entry after the other: memory is asked for across them.
    /// </summary>
    /// <param name="readings">In journal order; no ticks among them.</param>
    /// <param name="entries">What is of which entry, in their order; the last ends with the last reading.</param>
    /// <inheritdoc cref="Apply(ReadOnlySpan{Reading}, long)" path="/remarks"/>
    public void Apply(ReadOnlySpan<Reading> readings, ReadOnlySpan<EntryEnd> entries) => state.Apply(readings, entries);

    /// <summary>The entry that was judged last or, after an exception, failed first: just after it in the journal.</summary>
    public long JournalPosition => writer.Position;

    /// <summary>
    /// Puts other rules in force. Windows, holds and open episodes of a rule whose id remains and whose window means the same go on;
    /// those of others end with a <see cref="TransitionChange.Normal"/>.
    /// </summary>
    /// <returns>One note for each rule that lost state, and why.</returns>
    /// <exception cref="ArgumentException">The rules do not fit the catalog; the old ones stay in force.</exception>
    public IReadOnlyList<ReloadNote> Replace(RuleSet rules)
    {
        var plan = Compile(rules, state.Plan);

        // What is being saved is of the rules before.
        state.Saving?.More(int.MaxValue);
        return new Reload(writer, state, plan).Run();
    }

    /// <summary>
    /// A device is no more: its open episodes end with a <see cref="TransitionChange.Retired"/>, all that is known of it is given up and the memory
    /// serves others. As long as the register calls it retired nothing it sends is judged.
    /// </summary>
    /// <param name="device">Index in the register.</param>
    /// <param name="receiveMicros">When, by the journal.</param>
    /// <param name="journalPosition">Just after the entry that says so.</param>
    public void Retire(int device, long receiveMicros, long journalPosition)
    {
        writer.Position = journalPosition;
        state.Retire(device, receiveMicros);
        state.UpdateSizes();
    }

    /// <summary>Whether a device that the register calls retired has been given up here.</summary>
    /// <param name="device">Index in the register.</param>
    public bool IsRetired(int device) => state.IsRetired(device);

    /// <summary>What is known of a series of this shard and what its rules wait for; changes nothing.</summary>
    /// <param name="device">Index in the register.</param>
    /// <param name="quantity">Index within the device's kind.</param>
    public SeriesExplanation Explain(int device, int quantity) => state.Explain(device, (ushort)quantity);

    /// <summary>Writes all state at this moment: windows, holds, episodes, clocks and the rules they belong to. Devices and rules go by name.</summary>
    public void Save(Stream stream)
    {
        BeginSave(stream);
        SaveMore(int.MaxValue);
    }

    /// <summary>
    /// The same a stretch at a time, with <see cref="SaveMore"/>: what is written is the state of this moment, whatever is judged till it is all written.
    /// </summary>
    /// <param name="stream">Written to by everything that changes the state, until all is saved.</param>
    /// <exception cref="InvalidOperationException">Another save is not over.</exception>
    public void BeginSave(Stream stream)
    {
        if (state.Saving is not null)
        {
            throw new InvalidOperationException("A save is under way.");
        }

        state.MoveAll();
        state.Saving = new SnapshotSave(stream, register, state);
    }

    /// <summary>Goes on with a save.</summary>
    /// <param name="devices">How many to look at at most.</param>
    /// <returns>True when all is written. What the stream threw meanwhile is thrown here, and the save is over.</returns>
    public bool SaveMore(int devices)
    {
        if (state.Saving is not { } saving)
        {
            return true;
        }

        saving.More(devices);
        if (!saving.IsOver)
        {
            return false;
        }

        state.Saving = null;
        if (saving.Fault is { } fault)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
        }

        return true;
    }

    /// <summary>
    /// Puts back what <see cref="Save"/> wrote, under the rules this engine has: as if they had replaced the snapshot's at that moment.
    /// </summary>
    /// <exception cref="InvalidDataException">Not a whole snapshot of a known version; the engine is as it was.</exception>
    public void Restore(Stream stream) => Restore([stream]);

    /// <summary>
    /// The same from the snapshots of all shards at one journal position: each engine takes the devices it owns now, so neither the number
    /// of shards nor the order of the register need be the same as when they were written.
    /// </summary>
    /// <param name="streams">One per shard of the time.</param>
    /// <param name="takeRules">True to go on with the snapshot's own rules instead of this engine's: exact replay of the journal's tail.</param>
    public void Restore(IReadOnlyList<Stream> streams, bool takeRules = false)
    {
        var restored = SnapshotReader.Read(streams, register, options, NewState);
        var rules = Rules;
        state = restored;
        if (!takeRules && !Reload.IsSame(rules, Rules, register.Catalog))
        {
            Replace(rules);
        }
    }

    private ShardState NewState(RuleSet rules) => new(register, Compile(rules, null), options, Counters, writer);

    private RulePlan Compile(RuleSet rules, RulePlan? before)
    {
        if (options.Shards > 1 && rules.Rules.FirstOrDefault(r => r.Place is not (Place.None or Place.Grid)) is { } wide)
        {
            throw new ArgumentException($"Rule '{wide.Id}' is over places wider than a grid, and no shard has more than whole grids.", nameof(rules));
        }

        return RulePlan.Compile(rules, register.Catalog, before, options.AllowedLatenessMicros);
    }
}
