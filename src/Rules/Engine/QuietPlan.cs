using System.Runtime.InteropServices;

namespace PingAnIoT.Rules;

/// <summary>What a quantity's readings need besides being put in their series' window.</summary>
[Flags]
internal enum QuietNeeds
{
    None = 0,

    /// <summary>It is a gateway's coming and going.</summary>
    Gateway = 1,

    /// <summary>Rules look at several quantities of the device.</summary>
    Combined = 2,

    /// <summary>Some windows must be computed at each reading: their values can be anywhere though no reading is out of place.</summary>
    Computed = 4,

    /// <summary>Devices may have thresholds of their own.</summary>
    SetPoints = 8,

    /// <summary>The newest reading is kept when the next comes, however old it is.</summary>
    KeepsNewest = 16,

    /// <summary>A reading is a sign of life for some absence.</summary>
    Absents = 32,

    /// <summary>A reading is a vote of the device in its place.</summary>
    Votes = 64,

    /// <summary>The rules over several quantities begin nothing while none of them is busy and no part on this one crosses a band.</summary>
    CombinedRest = 128,

    /// <summary>Some of these absences listen for this quantity alone.</summary>
    OwnAbsents = 256,

    /// <summary>It is what the first part of a sequence is on.</summary>
    SequenceFirst = 512,

    /// <summary>A reading like the one before it is noteworthy.</summary>
    Stuck = 1024,
}

/// <summary>
/// What the common reading, which changes nothing, needs to know of its quantity: one cache line. A series whose readings all lie within
/// <see cref="Bottom"/> and <see cref="Top"/> crosses no band of any window whose value lies between its least and its greatest reading
/// (<see cref="WindowPlan.IsWithinReadings"/>): such windows need not be computed, and the newest reading is all that is looked at.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal readonly struct QuietPlan
{
    /// <summary>
    /// Of a threshold: a window of values added up that comes so near it can be on the other side of where it would be with all digits. (Of 32,768
    /// readings at most; one far beyond on the quiet side costs more digits, but takes the value further away than that.)
    /// </summary>
    private const double RoundingShare = 1e-9;

    /// <summary>Values further from zero might, added up, be no number any more.</summary>
    private const double Furthest = 1e300;

    /// <summary>Place of the series among those of its device; -1 where no rule watches the quantity.</summary>
    public readonly int Offset = -1;

    public readonly QuietNeeds Needs;

    /// <summary>Readings that are older by more than this than the newest are let go: what the longest window and the allowed lateness need is kept.</summary>
    public readonly long KeptMicros;

    public readonly double Bottom;
    public readonly double Top;

    /// <summary>From a series to the words of its device's rules over several quantities.</summary>
    public readonly int ToCombined;

    public readonly ushort CombinedCount;

    /// <summary>From a series to the words of its device's rules over the devices of a place.</summary>
    public int ToVotes => ToCombined + CombinedCount;

    /// <summary>What must be known of the device's rules over several quantities for a reading to begin nothing there.</summary>
    public readonly CombinedRest RestNeeded;

    /// <summary>When the windows that must be computed need not be.</summary>
    public readonly Calm Calm;

    public QuietPlan()
    {
    }

    public QuietPlan(QuantityPlan quantity, KindPlan kind, bool isGateway, long latenessMicros = 0)
    {
        Offset = quantity.Offset;
        ToCombined = kind.Series.Length - quantity.Offset;
        CombinedCount = (ushort)kind.Combined.Length;
        KeptMicros = Math.Max(quantity.WindowMicros - 1, latenessMicros);
        Needs = When(isGateway, QuietNeeds.Gateway)
            | When(quantity.Combined.Length > 0, QuietNeeds.Combined)
            | When(quantity.Combined.All(c => c.Rests(quantity.Quantity)), QuietNeeds.CombinedRest)
            | When(quantity.Combined.Any(c => c.IsSequence && c.Parts[0].Rule.Quantity == quantity.Quantity), QuietNeeds.SequenceFirst)
            | When(quantity.Votes.Length > 0, QuietNeeds.Votes)
            | When(quantity.Computed.Length > 0, QuietNeeds.Computed)
            | When(quantity.HasSetPoints, QuietNeeds.SetPoints)
            | When(quantity.KeepsNewest, QuietNeeds.KeepsNewest)
            | When(quantity.Absents.Length > 0, QuietNeeds.Absents)
            | When(quantity.HasOwnAbsents, QuietNeeds.OwnAbsents)
            | When(quantity.Computed.Any(w => w.Function == WindowFunction.Stuck), QuietNeeds.Stuck);
        RestNeeded = !Has(QuietNeeds.Combined) ? CombinedRest.Unknown
            : !Has(QuietNeeds.CombinedRest) ? CombinedRest.Never
            : Has(QuietNeeds.SequenceFirst) ? CombinedRest.All : CombinedRest.NoState;
        Calm = new Calm(quantity.Computed);
        (Bottom, Top) = (-Furthest, Furthest);
        foreach (var window in quantity.Windows.Concat(quantity.Restraints).Where(w => w.IsWithinReadings))
        {
            var share = window.IsAddedUp ? RoundingShare : 0;
            Bottom = Math.Max(Bottom, double.IsFinite(window.Bottom) ? window.Bottom + (Math.Abs(window.Bottom) * share) : window.Bottom);
            Top = Math.Min(Top, double.IsFinite(window.Top) ? window.Top - (Math.Abs(window.Top) * share) : window.Top);
        }
    }

    /// <summary>How many of the newest readings are kept when the next comes, however old they are: 1 or 0.</summary>
    public int NewestKept => (int)((uint)(Needs & QuietNeeds.KeepsNewest) / (uint)QuietNeeds.KeepsNewest);

    public bool Has(QuietNeeds need) => (Needs & need) != QuietNeeds.None;

    /// <summary>Is it where no band is crossed, however many readings like it there are?</summary>
    public bool Holds(double value) => value >= Bottom && value <= Top;

    /// <inheritdoc cref="Holds(double)"/>
    public bool Holds(ReadOnlySpan<Sample> samples)
    {
        foreach (ref readonly var sample in samples)
        {
            if (!Holds(sample.Value))
            {
                return false;
            }
        }

        return true;
    }

    private static QuietNeeds When(bool isSo, QuietNeeds need) => isSo ? need : QuietNeeds.None;
}
