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

    /// <summary>The least that <see cref="Resting"/> gives.</summary>
    public const int RestingLeast = -2;

    public static SequenceState Nothing => new() { Since = Never.Micros, EventTimeMicros = Never.Micros, Value = double.NaN };

    /// <summary>
    /// In place of the number of a state, which is above 0: what is known of a first part for which nothing waits. Known to be false, as nearly all
    /// are, is 0: such a rule need not be shown a reading that crosses nothing.
    /// </summary>
    public static int Resting(FirstPart first) => first switch
    {
        FirstPart.False => 0,
        FirstPart.Unknown => -1,
        _ => RestingLeast,
    };

    /// <summary>The other way round.</summary>
    public static FirstPart AtRest(int resting) => resting switch
    {
        0 => FirstPart.False,
        -1 => FirstPart.Unknown,
        _ => FirstPart.True,
    };

    /// <summary>The first as it is judged now. What is not known leaves it as it was.</summary>
    public static FirstPart Next(FirstPart before, Bounds crossed, Bounds violated) =>
        crossed.High == 0 ? FirstPart.True
        : (before == FirstPart.True ? violated : crossed).Low > 0 ? FirstPart.False
        : before;
}
