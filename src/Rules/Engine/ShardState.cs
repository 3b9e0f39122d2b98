using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <summary>
/// Everything a shard knows under one rule set, and what a reading does to it.
/// Main path of a reading: find its series, let the holds elapse up to it, put it in the window, judge each rule, set timers.
/// Threading: owned by one shard.
/// </summary>
internal sealed unsafe partial class ShardState(
    DeviceRegister register, RulePlan plan, EngineOptions options, EngineCounters counters, TransitionWriter writer)
{
    private readonly int gatewayKind = register.Catalog.FindKind(Catalog.GatewayKind);
    private readonly GatewayWatch gateways = new(options.SilenceGapCapMicros);
    // Of the options, what each reading asks for.
    private readonly long carry = options.CarryMicros;
    private readonly long lateness = options.AllowedLatenessMicros;
    private readonly int readingsMax = options.SeriesReadingsMax;
    private readonly long silenceGapCap = options.SilenceGapCapMicros;
    private readonly TimerHeap holdTimers = new();
    private readonly Scratch scratch = new();
    private RulePlan plan = plan;
    private ServerClock clock;
    private int scannedDevices;

    public RulePlan Plan => plan;

    public SeriesStore Store { get; } = new(plan);

    public GatewayWatch Gateways => gateways;

    public ref ServerClock Clock => ref clock;

    public void UpdateSizes()
    {
        counters.Series = Store.SeriesCount;
        counters.Bytes = Store.Bytes + Places.Bytes + (16L * holdTimers.Capacity);
    }

    /// <returns>Whether the reading counted.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Apply(in Reading reading, Found found)
    {
        if (found.IsNothing && (found = FindSlowly(reading)).IsNothing)
        {
            return false;
        }

        ref readonly var quiet = ref *found.Quiet;
        var quantity = plan.At(found.Quiet);
        if ((reading.Flags != ReadingFlags.None || !double.IsFinite(reading.Value) || quiet.Has(QuietNeeds.Gateway))
            && !Prepare(reading, found, quiet))
        {
            return false;
        }

        var isBusy = IsBusy(quiet, reading, found);
        if (isBusy)
        {
            ElapseCombined(Store.Devices[reading.Device], quantity, found.Series, reading);
        }

        var series = Store.Open(found.Series);
        var isSettled = series.Head.Settled == plan.Generation && quiet.Holds(reading.Value)
            && !(quiet.Has(QuietNeeds.SetPoints) && register.HasSetPoints(reading.Device));
        var isNewest = !series.HasReading || reading.EventTimeMicros > series.Last;
        if (isNewest)
        {
            series = Take(series, found.Series, quantity, quiet, reading);
        }
        else if (TakeLate(found.Series, reading))
        {
            series = Store.Block(found.Series);
            isSettled = false;
        }
        else
        {
            return false;
        }

        var isQuiet = isSettled && (!quiet.Has(QuietNeeds.Computed) || AreQuiet(quantity.Computed, series));
        if (!isQuiet || series.Head.States != 0)
        {
            Judge(series, quantity, quiet, reading);
        }

        if (isBusy || (!isQuiet && quiet.Has(QuietNeeds.Combined)))
        {
            JudgeCombined(ref Store.Devices[reading.Device], quantity, reading);
        }

        if (quiet.Has(QuietNeeds.Votes | QuietNeeds.Absents))
        {
            Tell(found, reading, clock.At(reading.ReceiveTimeMicros, silenceGapCap), isNewest);
        }

        return true;
    }

    /// <summary>What comes before a reading is taken, where it is not a plain one.</summary>
    /// <returns>False when it is none that counts.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Prepare(in Reading reading, Found found, in QuietPlan quiet)
    {
        if (!double.IsFinite(reading.Value))
        {
            TakeNoValue(found.Series, reading);
            return false;
        }

        if (quiet.Has(QuietNeeds.Gateway))
        {
            ReportGateway(reading);
        }

        counters.FutureReplaced += (int)(reading.Flags & ReadingFlags.TimeReplaced);
        return true;
    }

    /// <summary>What is not the common case: ticks, first sight of a device, readings that no rule watches.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Found FindSlowly(in Reading reading)
    {
        if (reading.IsTick)
        {
            Tick(reading.ReceiveTimeMicros);
            return Found.Nothing;
        }

        Move(reading.Device);
        if (reading.IsReset)
        {
            // A place may be reset through a device that has not spoken yet.
            if (reading.Device < register.Count && register.KindOf(reading.Device) is var kind && !Store.Has(reading.Device)
                && plan.OfKind(kind).Votes.Length > 0 && !IsRetired(reading.Device) && options.Owns(register, reading.Device))
            {
                Store.Add(reading.Device, kind, gateways.GroupOf(register.GatewaysOf(reading.Device)));
            }

            return new Finder(Store, plan).Find(reading);
        }

        if (!Store.Has(reading.Device) && !Meet(reading))
        {
            return Found.Nothing;
        }

        var layout = Store.Devices[reading.Device].Layout;
        var found = new Finder(Store, plan).Find(reading);
        if (found.IsNothing)
        {
            if (plan.KindOf(layout) == gatewayKind && double.IsFinite(reading.Value))
            {
                ReportGateway(reading);
            }

            var isPossible = reading.Quantity < plan.Layouts[layout].Quantities.Length && double.IsFinite(reading.Value);
            _ = isPossible ? counters.Unwatched++ : counters.Impossible++;
        }

        return found;
    }

    /// <summary>First sight of a device. False when the reading needs no state (or has no business here).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Meet(in Reading reading)
    {
        if (reading.Device >= register.Count)
        {
            counters.Impossible++;
            return false;
        }

        var kind = register.KindOf(reading.Device);
        if (kind == gatewayKind && !(options.Owns(register, reading.Device) && !plan.OfKind(kind).IsEmpty && !IsRetired(reading.Device)))
        {
            ReportGateway(reading);
            return false;
        }

        if (plan.OfKind(kind).IsEmpty || IsRetired(reading.Device))
        {
            counters.Unwatched++;
            return false;
        }

        Store.Add(reading.Device, kind, gateways.GroupOf(register.GatewaysOf(reading.Device)));
        return true;
    }

    /// <summary>A device that has set-points, for rules that go by such; else null: then the rules' own numbers hold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private DeviceRecord? OwnOf(int device, bool hasSetPoints) => hasSetPoints && register.HasSetPoints(device) ? register[device] : null;

    private void ReportGateway(in Reading reading) => gateways.Report(
        register[reading.Device].Device, reading.Value != 0, clock.At(reading.ReceiveTimeMicros, options.SilenceGapCapMicros));

    private void Tick(long receive)
    {
        counters.Ticks++;
        clock.Tick(receive, options.SilenceGapCapMicros);
        while (holdTimers.HasDue(clock.Now))
        {
            var (due, index) = holdTimers.Pop();
            if (Store.States[index].Armed == due)
            {
                TryFireHold(index, receive);
            }
        }

        MoveSome();
        ScanNewDevices();
        foreach (var group in gateways.Groups)
        {
            if (group.IsListening && group.Timers.Count > 0)
            {
                FireAbsences(group, receive);
            }
        }

        Store.ReleaseAbsences();

        UpdateSizes();
    }
}
