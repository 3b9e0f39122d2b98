namespace PingAnIoT.Rules;

/// <summary>The window functions of the rule language.</summary>
public enum WindowFunction : byte
{
    Last, Mean, Min, Max, Sum, Count, Range, Rate, Delta, Absent, StdDev, Ewma, Quantile, Code, Times, Stuck, Votes,
}

/// <summary>Which side of a threshold is bad.</summary>
public enum Comparison : byte
{
    Above, AtOrAbove, Below, AtOrBelow, Equal,
}

/// <summary>How a rule over several quantities of a device is made of its parts. Names are persisted.</summary>
public enum Combination : byte
{
    /// <summary>The rule is over one series and has no parts.</summary>
    None,

    /// <summary>A colour is crossed when every part crosses it or worse.</summary>
    All,

    /// <summary>A colour is crossed when at least one part crosses it or worse.</summary>
    Any,

    /// <summary>A sequence: the first part becomes true, and the second is true within <see cref="Rule.WithinMicros"/> of that.</summary>
    Then,

    /// <summary>A sequence: the first part becomes true, and the second is not seen to be true within <see cref="Rule.WithinMicros"/> of that.</summary>
    ThenNot,
}

/// <summary>How wide a place is over whose devices a rule votes. The number is how many parts of a territory code name it.</summary>
public enum Place : byte
{
    None = 0, District = 1, Street = 2, Community = 3, Grid = 4,
}

/// <summary>One colour of a rule and the threshold at which it begins.</summary>
/// <param name="Severity">The colour, or <see cref="Severity.Fault"/>.</param>
/// <param name="Comparison">Which side is bad.</param>
/// <param name="Threshold">In the quantity's unit (per second for <see cref="WindowFunction.Rate"/>; seconds for <see cref="WindowFunction.Absent"/>).</param>
/// <param name="SetPoint">Name of the device set-point that replaces <paramref name="Threshold"/> where a device has it; null for none.</param>
public sealed record Band(Severity Severity, Comparison Comparison, double Threshold, string? SetPoint);

/// <summary>One rule as a rule file states it. Immutable.</summary>
public sealed record Rule
{
    public required string Id { get; init; }

    /// <summary>First 8 hex digits of the SHA-256 of what the rule says: changes when and only when its meaning does.</summary>
    public required string Version { get; init; }

    public required string TitleZh { get; init; }

    public required string TitleEn { get; init; }

    /// <summary>Index in the <see cref="Catalog"/>.</summary>
    public required int Kind { get; init; }

    /// <summary>Index within the kind. For <see cref="WindowFunction.Absent"/> without a quantity: any reading of the device counts as sign of life, and this is 0.</summary>
    public required int Quantity { get; init; }

    /// <summary>True only for <see cref="WindowFunction.Absent"/> written without a quantity: any reading of the device is a sign of life.</summary>
    public bool AnyQuantity { get; init; }

    public required WindowFunction Function { get; init; }

    /// <summary>
    /// Length of the window, or the silence that <see cref="WindowFunction.Absent"/> takes where the device has no set-point for it; 0 for <see cref="WindowFunction.Last"/>,
    /// <see cref="WindowFunction.Code"/> and <see cref="WindowFunction.Stuck"/> (whose time is its <see cref="HoldMicros"/>).
    /// </summary>
    public required long WindowMicros { get; init; }

    /// <summary>How many readings <see cref="WindowFunction.Times"/> takes, or how many devices <see cref="WindowFunction.Votes"/>; else 0.</summary>
    public int Times { get; init; }

    /// <summary>Which <see cref="WindowFunction.Quantile"/>, from 0 (the least) to 1 (the greatest); else 0.</summary>
    public double Share { get; init; }

    /// <summary>What <see cref="WindowFunction.Code"/> lists, in order and apart; else empty.</summary>
    public IReadOnlyList<CodeRange> Codes { get; init; } = [];

    /// <summary>Worst first.</summary>
    public required IReadOnlyList<Band> Bands { get; init; }

    /// <summary>How long a band must hold before it is said (ISA-18.2 on-delay).</summary>
    public long HoldMicros { get; init; }

    /// <summary>How far the value must come back inside a threshold before the band is left, in the quantity's unit.</summary>
    public double Deadband { get; init; }

    /// <summary>How long it must stay back (off-delay).</summary>
    public long ClearHoldMicros { get; init; }

    /// <summary>Once raised it only gets worse, until it is reset by hand.</summary>
    public bool IsLatched { get; init; }

    /// <summary>When in the week it judges; null for always.</summary>
    public Schedule? During { get; init; }

    /// <summary>Whose devices <see cref="WindowFunction.Votes"/> counts; else none.</summary>
    public Place Place { get; init; }

    public Combination Combination { get; init; }

    /// <summary>
    /// 2 to 8 where the rule is a combination, each in the shape of a rule over one quantity that has no holds; else none. All have the same
    /// severities. Quantity, function, window, bands and deadband of the rule itself are those of the first: it names the series.
    /// A sequence has two, each with one band.
    /// </summary>
    public IReadOnlyList<Rule> Parts { get; init; } = [];

    /// <summary>
    /// How long after the first of a sequence its second is waited for; else 0. Of <see cref="Combination.ThenNot"/> it is the
    /// <see cref="HoldMicros"/> as well.
    /// </summary>
    public long WithinMicros { get; init; }

    /// <summary>One thing and then another, or not.</summary>
    public bool IsSequence() => Combination is Combination.Then or Combination.ThenNot;

    /// <summary>Where the numbers come from: a clause of a standard, or <c>site</c> for an example to be set on site.</summary>
    public required string Basis { get; init; }

    /// <summary>The window as a rule file writes it, lengths in seconds: <c>mean(60s)</c>.</summary>
    public string When() => WindowText.Of(this);
}
