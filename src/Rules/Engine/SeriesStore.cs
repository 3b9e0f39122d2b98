using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <summary>
/// All state of a shard's devices in flat arrays, reached by dense device index without a look-up.
/// The state of a device's series, rules and absences lies side by side. Nothing is moved or freed while a rule set lasts.
/// Threading: owned by one shard.
/// </summary>
internal sealed class SeriesStore(RulePlan plan)
{
    public DeviceSlot[] Devices = [];
    public Series[] Series = new Series[64];
    public RuleState[] States = new RuleState[64];
    public Absence[] Absences = new Absence[16];

    public int SeriesCount { get; private set; }

    public int StateCount { get; private set; }

    public int AbsenceCount { get; private set; }

    public SampleRings Rings { get; } = new();

    public long Bytes => Rings.Bytes
        + ((long)Devices.Length * Unsafe.SizeOf<DeviceSlot>()) + ((long)Series.Length * Unsafe.SizeOf<Series>())
        + ((long)States.Length * Unsafe.SizeOf<RuleState>()) + ((long)Absences.Length * Unsafe.SizeOf<Absence>());

    public bool Has(int device) => (uint)device < (uint)Devices.Length && Devices[device].Series >= 0;

    /// <summary>Makes room for a device seen for the first time.</summary>
    public void Add(int device, int kind, int group)
    {
        if (device >= Devices.Length)
        {
            var before = Devices.Length;
            Array.Resize(ref Devices, Math.Max(device + 1, Math.Max(64, before * 2)));
            Devices.AsSpan(before).Fill(new DeviceSlot { Series = -1 });
        }

        var kindPlan = plan.Kinds[kind];
        Devices[device] = new DeviceSlot { Series = SeriesCount, Absences = AbsenceCount, Group = group, Kind = kind };
        foreach (var quantity in kindPlan.Series)
        {
            AddSeries(device, quantity);
        }

        for (var i = 0; i < kindPlan.Absents.Length; i++)
        {
            if (AbsenceCount == Absences.Length)
            {
                Array.Resize(ref Absences, Absences.Length * 2);
            }

            Absences[AbsenceCount++] = new Absence { Device = device, LastChange = Never.Micros };
        }
    }

    private void AddSeries(int device, QuantityPlan quantity)
    {
        if (SeriesCount == Series.Length)
        {
            Array.Resize(ref Series, Series.Length * 2);
        }

        var bits = quantity.WindowMicros == 0 ? (byte)1 : (byte)3;
        Series[SeriesCount] = new Series
        {
            Device = device, Quantity = (ushort)quantity.Quantity, FirstState = StateCount, RingBits = bits, Ring = Rings.Rent(bits),
        };
        foreach (var rule in quantity.Rules)
        {
            if (StateCount == States.Length)
            {
                Array.Resize(ref States, States.Length * 2);
            }

            ref var state = ref States[StateCount++];
            state = new RuleState
            {
                Series = SeriesCount, Current = (byte)rule.Bands.Length, LastChange = Never.Micros, Armed = Never.Micros, Value = double.NaN,
            };
            ((Span<long>)state.Since).Fill(Never.Micros);
        }

        SeriesCount++;
    }
}
