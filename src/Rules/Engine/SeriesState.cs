using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PingAnIoT.Rules;

/// <summary>"No such time."</summary>
internal static class Never
{
    public const long Micros = long.MinValue;
}

/// <summary>
/// Where the state of one device is, and its last sign of life. Half a cache line, which each of its readings reads anyway to find its series.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 32)]
internal struct DeviceSlot
{
    /// <summary>While the device is <see cref="IsHeard"/>: see <see cref="Absence.LifeListening"/>.</summary>
    public long LifeListening;

    /// <summary>While the device is <see cref="IsHeard"/>: see <see cref="Absence.LifeReceiveMicros"/>.</summary>
    public long LifeReceiveMicros;

    /// <summary>First of the device's series; -1 while the device has no state.</summary>
    public int Series;

    /// <summary>First of the device's absences.</summary>
    public int Absences;

    /// <summary>Its gateways, as a <see cref="GatewayWatch"/> group.</summary>
    public int Group;

    /// <summary>How its series lie, and with that of which kind it is: see <see cref="RulePlan.Layouts"/>.</summary>
    public ushort Layout;

    /// <summary>One more than the quantity that was heard last, whose newest reading it is; 0 while the device is not <see cref="IsHeard"/>.</summary>
    public byte Heard;

    /// <summary>What is known of its rules over several quantities, since their words were last touched.</summary>
    public CombinedRest Rest;

    /// <summary>
    /// Whether those of its absences that any reading ends all wait for their timers, after one sign of life, which is the one told here. What
    /// they say of it themselves is then out of date.
    /// </summary>
    public readonly bool IsHeard => Heard != 0;

    public readonly bool HasState => Series >= 0;
}

/// <summary>How little a device's rules over several quantities ask for.</summary>
internal enum CombinedRest : byte
{
    /// <summary>Their words must be looked at.</summary>
    Unknown = 0,

    /// <summary>None has a state; the first part of a sequence may not be known to be false.</summary>
    NoState = 1,

    /// <summary>None has a state, and no reading of the first part of a sequence must be shown to it.</summary>
    All = 2,

    /// <summary>No device's do: some must be shown each reading.</summary>
    Never = 3,
}

/// <summary>Since when each band has been pending: on for those worse than the present one, off for the others.</summary>
[InlineArray(CompiledRule.BandsMax)]
internal struct BandTimes
{
    private long first;
}

/// <summary>What one rule says of one series.</summary>
internal struct RuleState
{
    /// <summary>The newest defined window value.</summary>
    public double Value;

    /// <summary>Names the open episode, or the last one.</summary>
    public long Episode;

    /// <summary>Event time of the last transition; the next is never dated before it.</summary>
    public long LastChange;

    /// <summary>Server time for which a timer is set.</summary>
    public long Armed;

    public BandTimes Since;

    /// <summary>Of a rule that is a sequence.</summary>
    public SequenceState Sequence;

    public int Device;
    public int Ordinal;
    public ushort Quantity;

    /// <summary>For a rule over several quantities its number among those of the kind, from 1; else 0.</summary>
    public ushort Combined;

    /// <summary>For a rule over the devices of a place the place's number; else 0. <see cref="Device"/> is then the one that began it.</summary>
    public int Place;

    /// <summary>Index of the present band; the number of bands when normal.</summary>
    public byte Current;

    public bool HasPending;

    public static RuleState Normal(int device, int quantity, CompiledRule rule)
    {
        var state = new RuleState
        {
            Device = device, Quantity = (ushort)quantity, Current = (byte)rule.Bands.Length, LastChange = Never.Micros, Armed = Never.Micros,
            Value = double.NaN, Sequence = SequenceState.Nothing,
        };
        ((Span<long>)state.Since).Fill(Never.Micros);
        return state;
    }

    /// <summary>Nothing to say, nothing to wait for, and no change so late that it could date the next: the same as a fresh state.</summary>
    public readonly bool IsQuiet(CompiledRule rule, long last) => Current == rule.Bands.Length && !HasPending && LastChange < last;
}

/// <summary>
/// The silence of one device (or one of its series) that one rule watches. One cache line; that of a device is left alone by readings while the
/// device <see cref="DeviceSlot.IsHeard"/>.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct Absence
{
    /// <summary>Listening time of the device's gateways at the last sign of life.</summary>
    public long LifeListening;

    /// <summary>Receive time of the last sign of life; of the first tick while there was none.</summary>
    public long LifeReceiveMicros;

    public long LastEventMicros;
    public double LastValue;
    public long Episode;
    public long LastChange;
    public int Device;
    public int Ordinal;
    public bool IsWatched;
    public bool HasReading;
    public bool IsActive;
    public bool IsArmed;
}
