using CsCheck;

namespace PingAnIoT.Alerts.Tests;

/// <summary>When an alert chatters, beside all its openings in a list.</summary>
public sealed class ChatteringTests
{
    private static readonly Gen<(int MoreThan, int Within, int[] Gaps)> Lives =
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 60], Gen.Int[0, 20].Array[0, 40]);

    [Fact]
    public void It_begins_with_the_opening_that_is_one_too_many_and_counts_on() => Lives.Sample(
        life =>
        {
            var rule = new FlapRule(life.MoreThan, TimeSpan.FromSeconds(life.Within), TimeSpan.FromSeconds(30));
            var opens = new List<long> { 1_000 };
            Chatter? chatter = null;
            foreach (var gap in life.Gaps)
            {
                opens.Add(opens[^1] + (gap * 1_000_000L));
                chatter = Chattering.Opened(chatter, opens[^2], opens[^1], opens[^1] + 5, rule);

                // The first stretch that had too many, and all since.
                var begins = Enumerable.Range(0, opens.Count).FirstOrDefault(i => Recent(i) > life.MoreThan, -1);
                chatter.IsFlapping.Should().Be(begins >= 0);
                chatter.Count.Should().Be(begins < 0 ? 0 : Recent(begins) + opens.Count - 1 - begins);
                chatter.CalmAtMicros.Should().Be(begins < 0 ? null : opens[^1] + 5 + 30_000_000);
                chatter.Opens.Count.Should().BeLessThanOrEqualTo(life.MoreThan, "no more is kept than is needed");

                int Recent(int at) => opens.Take(at + 1).Count(o => opens[at] - o < life.Within * 1_000_000L);
            }
        },
        iter: 2_000, threads: 1);

    [Fact]
    public void An_end_puts_the_calm_off_and_is_nothing_to_what_does_not_chatter()
    {
        Chattering.Ended(null, 7, FlapRule.Default).Should().BeNull();
        Chattering.Ended(new Chatter([1, 2]), 7, FlapRule.Default).Should().BeNull();
        Chattering.Ended(new Chatter([], 9, 3), 7, FlapRule.Default).Should().Be(new Chatter([], 9, 600_000_007));
    }
}
