namespace PingAnIoT.Rules;

/// <summary>What was last known of the first part of a sequence. Numbers are persisted.</summary>
internal enum FirstPart : byte
{
    Unknown = 0, False = 1, True = 2,
}

/// <summary>How far a sequence has come, beside what its latch says.</summary>
internal struct SequenceState
{
    /// <summary>Event time at which the first became true, while <see cref="Combination.Then"/> waits for its second. (The other form waits in its latch.)</summary>
    public long Since;

    /// <summary>The reading with which the first became true: evidence. Its time is never where there was none.</summary>
    public long EventTimeMicros;

    public double Value;

    public FirstPart First;

    public static SequenceState Nothing => new() { Since = Never.Micros, EventTimeMicros = Never.Micros, Value = double.NaN };

    /// <summary>In place of the number of a state, which is above 0: what is known of a first part for which nothing waits.</summary>
    public static int Resting(FirstPart first) => -(int)first;

    /// <summary>
    /// Of the number of a state, or what stands in its place: whether a reading must be shown to the rule even if it crosses nothing. Not where
    /// the rule has no state, nor where its first part is known to be false, nor before its first reading.
    /// </summary>
    public static bool IsBusy(int stateOrResting) => stateOrResting is not (0 or -(int)FirstPart.False);

    /// <summary>The other way round.</summary>
    public static FirstPart AtRest(int resting) => (FirstPart)(-resting);

    /// <summary>The first as it is judged now. What is not known leaves it as it was.</summary>
    public static FirstPart Next(FirstPart before, Bounds crossed, Bounds violated) =>
        crossed.High == 0 ? FirstPart.True
        : (before == FirstPart.True ? violated : crossed).Low > 0 ? FirstPart.False
        : before;
}
