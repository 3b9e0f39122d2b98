using System.Collections.Immutable;

namespace PingAnIoT.Rules.Tests;

/// <summary>The latches of a rule's bands, told what is crossed and violated, which may not be known.</summary>
internal sealed record LatchOracle(Rule Rule)
{
    public ImmutableList<BandLatch> Bands { get; init; } = [.. Rule.Bands.Select(_ => new BandLatch(false, null))];

    public bool HasPending => Bands.Any(b => b.Since is not null);

    public bool IsIdle => !HasPending && !Bands.Any(b => b.IsOn);

    public LatchOracle Drop() => this with { Bands = [.. Bands.Select(b => b with { Since = null })] };

    public LatchOracle Observe(long asOf, Func<int, bool?> crosses, Func<int, bool?> violates)
    {
        var isClosed = Rule.During is { } schedule && !BandOracle.IsOpen(schedule, asOf);
        return this with
        {
            Bands = [.. Bands.Select((latch, b) => (latch.IsOn && Rule.IsLatched ? false : isClosed ? latch.IsOn : latch.IsOn ? !violates(b) : crosses(b)) switch
            {
                true => latch with { Since = latch.Since ?? asOf },
                false => latch with { Since = null },
                null => latch,
            })],
        };
    }

    /// <summary>What is due up to a time, the earliest first: each change of the worst band that is on, and the latch after it.</summary>
    public IEnumerable<(LatchOracle After, int From, int To, long Due)> Advance(long to)
    {
        var next = this;
        while (next.Bands.Where(b => b.Since is not null).Select(next.Due).Where(due => due <= to).DefaultIfEmpty(long.MaxValue).Min() is var due
            && due < long.MaxValue)
        {
            var from = next.Worst();
            next = next with { Bands = [.. next.Bands.Select(b => b.Since is not null && next.Due(b) == due ? new BandLatch(!b.IsOn, null) : b)] };
            yield return (next, from, next.Worst(), due);
        }
    }

    private long Due(BandLatch latch) => latch.Since!.Value + (latch.IsOn ? Rule.ClearHoldMicros : Rule.HoldMicros);

    public int Worst() => Bands.FindIndex(b => b.IsOn) is var worst and >= 0 ? worst : Bands.Count;
}
