using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <summary>
/// Everything a shard knows under one rule set, and what a reading does to it.
/// Main path of a reading: find its series, let the holds elapse up to it, put it in the window, judge each rule, set timers.
/// Threading: owned by one shard.
/// </summary>
internal sealed partial class ShardState(
    DeviceRegister register, RulePlan plan, EngineOptions options, EngineCounters counters, TransitionWriter writer, GatewayWatch gateways,
    LineArena arena)
{
    // How many readings before its turn each step of finding a reading's state is taken; each needs what the one before brought.
    private const int SlotAhead = 48;
    private const int PlaceAhead = 32;
    private const int BlockAhead = 16;
    private const int FoundMask = 63;

    private readonly int gatewayKind = register.Catalog.FindKind(Catalog.GatewayKind);
    private readonly TimerHeap holdTimers = new();
    private readonly Scratch scratch = new();

    // Series of the readings ahead, by the low bits of their place in the batch; -1 where it must be looked at in its turn.
    private readonly int[] found = new int[FoundMask + 1];
    private ServerClock clock;
    private int scannedDevices;

    public RulePlan Plan => plan;

    public SeriesStore Store { get; } = new(plan, arena);

    public GatewayWatch Gateways => gateways;

    public ref ServerClock Clock => ref clock;

    public void Apply(ReadOnlySpan<Reading> readings)
    {
        if (readings.Length < BlockAhead)
        {
            foreach (ref readonly var reading in readings)
            {
                Apply(reading, Find(reading));
            }

            return;
        }

        for (var i = -SlotAhead; i < readings.Length; i++)
        {
            LookAhead(readings, i);
            if (i >= 0)
            {
                Apply(readings[i], found[i & FoundMask]);
            }
        }
    }

    public void UpdateSizes()
    {
        counters.Series = Store.SeriesCount;
        counters.Bytes = Store.Bytes + Places.Bytes + (16L * holdTimers.Capacity);
    }

    /// <summary>Random access to millions of series waits for memory, unless memory was asked in time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void LookAhead(ReadOnlySpan<Reading> readings, int at)
    {
        if ((uint)(at + SlotAhead) < (uint)readings.Length && readings[at + SlotAhead].Device is var device && (uint)device < (uint)Store.Devices.Length)
        {
            Prefetch.Line(ref Store.Devices[device]);
        }

        if ((uint)(at + PlaceAhead) < (uint)readings.Length)
        {
            var series = Find(readings[at + PlaceAhead]);
            found[(at + PlaceAhead) & FoundMask] = series;
            if (series >= 0)
            {
                Store.PrefetchPlace(series);
            }
        }

        if ((uint)(at + BlockAhead) < (uint)readings.Length && found[(at + BlockAhead) & FoundMask] is >= 0 and var next)
        {
            Store.PrefetchBlock(next);
            Store.PrefetchAbsence(readings[at + BlockAhead].Device);
        }
    }

    /// <returns>The reading's series; -1 for a tick, a device not met yet and a quantity that no rule watches.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Find(in Reading reading)
    {
        if ((uint)reading.Device >= (uint)Store.Devices.Length)
        {
            return -1;
        }

        ref readonly var slot = ref Store.Devices[reading.Device];
        return slot.Series >= 0 && plan.Find(slot.Kind, reading.Quantity) is { } quantity ? slot.Series + quantity.Offset : -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Apply(in Reading reading, int series)
    {
        if (series < 0 && (series = FindSlowly(reading)) < 0)
        {
            return;
        }

        if (!double.IsFinite(reading.Value))
        {
            TakeNoValue(series, reading);
            return;
        }

        ref readonly var slot = ref Store.Devices[reading.Device];
        if (slot.Kind == gatewayKind)
        {
            ReportGateway(reading);
        }

        var quantity = plan.Find(slot.Kind, reading.Quantity)!;
        if (reading.Flags != ReadingFlags.None)
        {
            counters.FutureReplaced += (int)(reading.Flags & ReadingFlags.TimeReplaced);
        }

        if (quantity.IsShared)
        {
            ElapseCombined(slot, quantity, series, reading);
        }

        if (Take(series, quantity, reading, out var block))
        {
            counters.Evaluated++;
            Judge(block, quantity, reading);
            if (quantity.IsShared)
            {
                JudgeCombined(slot, quantity, reading);
                JudgeVotes(slot, quantity, reading);
            }

            if (quantity.Absents.Length > 0)
            {
                Hear(slot, quantity, reading);
            }
        }
    }

    /// <summary>What is not the common case: ticks, first sight of a device, readings that no rule watches.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FindSlowly(in Reading reading)
    {
        if (reading.IsTick)
        {
            Tick(reading.ReceiveTimeMicros);
            return -1;
        }

        if (reading.IsReset)
        {
            // A place may be reset through a device that has not spoken yet.
            if (reading.Device < register.Count && register[reading.Device] is var record && !Store.Has(reading.Device)
                && plan.Kinds[record.Kind].Votes.Length > 0 && options.Owns(register, reading.Device))
            {
                Store.Add(reading.Device, record.Kind, gateways.GroupOf(record.Gateways));
            }

            return Find(reading);
        }

        if (!Store.Has(reading.Device) && !Meet(reading))
        {
            return -1;
        }

        var kind = Store.Devices[reading.Device].Kind;
        var series = Find(reading);
        if (series < 0)
        {
            if (kind == gatewayKind && double.IsFinite(reading.Value))
            {
                ReportGateway(reading);
            }

            var isPossible = reading.Quantity < plan.Kinds[kind].Quantities.Length && double.IsFinite(reading.Value);
            _ = isPossible ? counters.Unwatched++ : counters.Impossible++;
        }

        return series;
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

        var record = register[reading.Device];
        if (record.Kind == gatewayKind && !(options.Owns(register, reading.Device) && !plan.Kinds[record.Kind].IsEmpty))
        {
            ReportGateway(reading);
            return false;
        }

        if (plan.Kinds[record.Kind].IsEmpty)
        {
            counters.Unwatched++;
            return false;
        }

        Store.Add(reading.Device, record.Kind, gateways.GroupOf(record.Gateways));
        return true;
    }

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
                FireHold(index, receive);
            }
        }

        ScanNewDevices();
        foreach (var group in gateways.Groups)
        {
            if (group.IsListening && group.Timers.Count > 0)
            {
                FireAbsences(group, receive);
            }
        }

        UpdateSizes();
    }
}
