namespace PingAnIoT.Rules;

/// <summary>What an open rule may take. A rule that takes more is quarantined.</summary>
public sealed record OpenRuleOptions
{
    /// <summary>Readings and ticks that may wait for one rule.</summary>
    public int QueueLength { get; init; } = 16_384;

    /// <summary>The work that one reading or tick may make.</summary>
    public TimeSpan Budget { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>How many in a row may exceed the budget, less one: a pause of the machine is not the rule's fault.</summary>
    public int OverBudgetMax { get; init; } = 20;

    /// <summary>How long <see cref="OpenRuleHost.FlushAsync"/> waits for one rule.</summary>
    public TimeSpan FlushLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The rules side by side; each has a thread.</summary>
    public const int RulesMax = 32;

    internal bool IsValid => QueueLength >= 1 && Budget > TimeSpan.Zero && OverBudgetMax >= 1 && FlushLimit > TimeSpan.Zero;
}
