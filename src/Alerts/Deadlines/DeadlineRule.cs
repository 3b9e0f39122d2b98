using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>How hard those are held to it who let something lie (通报, 约谈, 挂牌督办). Numbers are persisted: they may be added to, never changed.</summary>
public enum Supervision : byte
{
    None = 0,

    /// <summary>通报: made known.</summary>
    Notice = 1,

    /// <summary>约谈: called in to answer for it.</summary>
    Interview = 2,

    /// <summary>挂牌督办: on the public list until it is done.</summary>
    Listed = 3,
}

/// <summary>How far down a territory's path somebody answers for it: the number of its parts.</summary>
public enum ChainUnit : byte
{
    City = 0,
    District = 1,
    Street = 2,
    Community = 3,
    Grid = 4,
}

/// <summary>An alert of this colour must have come this far within this time, or somebody is told, and then somebody above.</summary>
public sealed record DeadlineRule(Severity Colour, WorkState Step, TimeSpan Within)
{
    /// <summary>Only for this kind of device, in place of the colour's; null for all that have none of their own.</summary>
    public string? Kind { get; init; }

    /// <summary>What the time counts from.</summary>
    public WorkState After { get; init; } = WorkState.Raised;

    /// <summary>Counts working time of the policy's calendar only.</summary>
    public bool IsWorkingTime { get; init; }

    /// <summary><see cref="Levels"/> without end: at the top of the chain it is told again and again, until it is done.</summary>
    public const int Always = int.MaxValue;

    /// <summary>From one level to the next.</summary>
    public TimeSpan Repeat { get; init; }

    /// <summary>Above the top of the chain the time from one to the next doubles, up to this; <see cref="TimeSpan.Zero"/>: it stays <see cref="Repeat"/>.</summary>
    public TimeSpan Widest { get; init; }

    /// <summary>How often it is told: from 1; or <see cref="Always"/>.</summary>
    public int Levels { get; init; } = 1;

    /// <summary>The level at which there is nobody further up, and no harder supervision.</summary>
    public int Top => Math.Max(Chain.Count, Supervision.Count);

    /// <summary>Who is told at level 1, 2, …; the last of them from there on.</summary>
    public IReadOnlyList<ChainUnit> Chain { get; init; } = DefaultChain;

    /// <summary>What it amounts to at level 1, 2, …; the last of them from there on.</summary>
    public IReadOnlyList<Supervision> Supervision { get; init; } = [];

    public static IReadOnlyList<ChainUnit> DefaultChain { get; } = [ChainUnit.Grid, ChainUnit.Community, ChainUnit.Street, ChainUnit.District];

    /// <summary>The territory that is told: the alert's own, cut to the unit; a unit below it is itself, and nobody is told twice running for that.</summary>
    public string ToldAt(string territory, int level)
    {
        var told = Chain.Select(u => PlaceText.Cut(territory, (int)u)).Distinct(StringComparer.Ordinal).ToList();
        return told.Count == 0 ? territory : told[Math.Min(level, told.Count) - 1];
    }

    /// <summary>From a level to the one after it.</summary>
    public TimeSpan RepeatAfter(int level)
    {
        var repeat = Repeat;
        for (var beyond = level - Top; beyond >= 0 && repeat < Widest; beyond--)
        {
            repeat = repeat * 2 < Widest ? repeat * 2 : Widest;
        }

        return repeat;
    }

    public Supervision SupervisionAt(int level) => Supervision.Count == 0 ? Alerts.Supervision.None : Supervision[Math.Min(level, Supervision.Count) - 1];
}
