using AwesomeAssertions;
using CsCheck;
using Xunit;

namespace PingAnIoT.Rules.Tests;

/// <summary>Nothing that is due stays in, nothing comes out twice, and what is far ahead does not come out at every look.</summary>
public sealed class DueWheelTests
{
    private const long Second = 1 << 20;

    [Fact]
    public void All_that_is_due_comes_out_once() => Gen.Select(Gen.Long[0, 3_000 * Second], Gen.Bool).Array[1, 200].Sample(steps =>
    {
        var wheel = new DueWheel();
        var held = new Dictionary<int, long>();
        var slot = 0;
        long now = 0;
        foreach (var (time, isAdd) in steps)
        {
            if (isAdd)
            {
                wheel.Add(Math.Max(time, now + 1), slot);
                held.Add(slot++, Math.Max(time, now + 1));
                continue;
            }

            now = Math.Max(now, time);
            var taken = new List<int>();
            wheel.Take(now, taken);
            taken.Should().OnlyHaveUniqueItems();
            taken.All(held.ContainsKey).Should().BeTrue();
            foreach (var one in taken)
            {
                held.Remove(one);
            }

            held.Values.All(due => due > now).Should().BeTrue();
            wheel.Count.Should().Be(held.Count);
        }
    });

    [Fact]
    public void What_is_due_in_an_hour_is_looked_at_four_times()
    {
        var wheel = new DueWheel();
        const long due = 3_600 * Second;
        var taken = new List<int>();
        var looks = 0;
        wheel.Take(0, taken);
        wheel.Add(due, 7);
        for (long now = 0; now <= due; now += Second)
        {
            wheel.Take(now, taken);
            foreach (var slot in taken)
            {
                looks++;
                if (now < due)
                {
                    wheel.Add(due, slot);
                }
            }

            taken.Clear();
        }

        looks.Should().Be(4);
        wheel.Count.Should().Be(0);
    }

    /// <summary>More than are kept together, due within one second each, in seconds side by side.</summary>
    [Fact]
    public void A_thousand_of_one_second_are_all_kept_and_none_of_them_in_anothers_place()
    {
        var wheel = new DueWheel();
        for (var slot = 0; slot < 3_000; slot++)
        {
            wheel.Add((10 + (slot % 3)) * Second, slot);
        }

        for (var second = 0; second < 3; second++)
        {
            var taken = new List<int>();
            wheel.Take((10 + second) * Second, taken);
            taken.Order().Should().Equal(Enumerable.Range(0, 1_000).Select(i => (3 * i) + second));
        }

        wheel.Count.Should().Be(0);
    }

    /// <summary>However long there was nothing to wait for.</summary>
    [Fact]
    public void What_is_put_into_an_empty_wheel_comes_out_in_its_time()
    {
        var wheel = new DueWheel();
        var taken = new List<int>();
        wheel.Take(5_000 * Second, taken);
        wheel.Add(5_100 * Second, 1);
        wheel.Take(5_099 * Second, taken);
        taken.Should().BeEmpty();
        wheel.Take(5_100 * Second, taken);
        taken.Should().Equal(1);
    }
}
