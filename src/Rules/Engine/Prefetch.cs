using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace PingAnIoT.Rules;

/// <summary>
/// Asks memory for the state of readings that come a little later, in three steps since each needs what the one before brought:
/// the device's slot, its series, then everything the series points to. A hint only: it changes no result and may be wrong.
/// </summary>
internal static unsafe class Prefetch
{
    private const int SlotAhead = 24;
    private const int SeriesAhead = 16;
    private const int StateAhead = 8;
    private const int LineBytes = 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Ahead(ReadOnlySpan<Reading> readings, int at, SeriesStore store, RulePlan plan)
    {
        if (!Sse.IsSupported || at + SlotAhead >= readings.Length)
        {
            return;
        }

        var device = readings[at + SlotAhead].Device;
        if ((uint)device < (uint)store.Devices.Length)
        {
            Lines(ref store.Devices[device], 1);
        }

        var series = SeriesOf(readings[at + SeriesAhead], store, plan, out _);
        if (series >= 0)
        {
            Lines(ref store.Series[series], 1);
        }

        series = SeriesOf(readings[at + StateAhead], store, plan, out var absences);
        if (series >= 0)
        {
            ref readonly var next = ref store.Series[series];
            Lines(ref store.Rings.Block(next), 3);
            if (next.FirstState < store.StateCount)
            {
                Lines(ref store.States[next.FirstState], 2);
            }

            if (absences < store.AbsenceCount)
            {
                Lines(ref store.Absences[absences], 2);
            }
        }
    }

    private static int SeriesOf(in Reading reading, SeriesStore store, RulePlan plan, out int absences)
    {
        absences = int.MaxValue;
        if (!store.Has(reading.Device))
        {
            return -1;
        }

        ref readonly var slot = ref store.Devices[reading.Device];
        absences = slot.Absences;
        var quantities = plan.Kinds[slot.Kind].Quantities;
        return reading.Quantity < quantities.Length && quantities[reading.Quantity] is { } quantity ? slot.Series + quantity.Offset : -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Lines<T>(ref T item, int count)
        where T : struct
    {
        var start = (byte*)Unsafe.AsPointer(ref item);
        for (var i = 0; i < count; i++)
        {
            Sse.Prefetch0(start + (i * LineBytes));
        }
    }
}
