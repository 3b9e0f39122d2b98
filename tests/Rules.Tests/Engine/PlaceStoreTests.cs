using CsCheck;

namespace PingAnIoT.Rules.Tests;

/// <summary>Places and voters as lists would have them, whatever comes and goes.</summary>
public sealed class PlaceStoreTests
{
    private const int LastBand = 1;

    private static VotesRule Rule(int number) => new(new CompiledRule(Scenario.Rule($"r{number}")), number, number);

    [Fact]
    public void Voters_are_those_whose_votes_count_and_begin_without_any() => Gen.Select(Gen.Int[0, 3], Gen.Int[0, 5], Gen.Int[0, 6]).Array[1, 120].Sample(steps =>
    {
        var store = new PlaceStore();
        var places = Enumerable.Range(0, 4).Select(i => store.Find(Rule(0), $"place {i}")).ToArray();
        var expected = places.ToDictionary(p => p, _ => new Dictionary<int, long>());
        long now = 0;
        foreach (var (which, device, wait) in steps)
        {
            now += wait;
            var place = places[which];
            if (wait == 6)
            {
                store.Forget(place, 0);
                expected[place].Clear();
                continue;
            }

            foreach (var gone in expected[place].Where(v => v.Key != device && v.Value <= now - 8).ToList())
            {
                expected[place].Remove(gone.Key);
            }

            ref var voter = ref store.VoterOf(place, device, LastBand, now - 8);
            voter.Device.Should().Be(device);
            for (var b = 0; b < CompiledRule.BandsMax; b++)
            {
                var violated = b == LastBand ? expected[place].GetValueOrDefault(device, Never.Micros) : Never.Micros;
                (voter.Crossed[b] == Never.Micros && voter.Violated[b] == violated).Should().BeTrue();
            }

            voter.Violated[LastBand] = now;
            expected[place][device] = now;
            foreach (var (number, voters) in expected)
            {
                VotersOf(store, number).Order().SequenceEqual(voters.Select(v => (v.Key, v.Value)).Order()).Should().BeTrue();
            }
        }
    }, iter: 50);

    [Fact]
    public void Who_leaves_makes_room_for_who_comes()
    {
        var store = new PlaceStore();
        var place = store.Find(Rule(0), "here");
        for (var device = 0; device < 15; device++)
        {
            store.Add(place, device);
        }

        var full = store.Bytes;
        for (var turn = 0; turn < 100; turn++)
        {
            store.Forget(place, 0);
            for (var device = 0; device < 15; device++)
            {
                store.Add(place, device);
            }
        }

        store.Bytes.Should().Be(full);
        store.Add(place, 99);
        store.Bytes.Should().BeGreaterThan(full);
        VotersOf(store, place).Should().HaveCount(16);
    }

    [Fact]
    public void A_place_has_one_number_for_each_rule_and_gives_it_back_when_its_rule_is_gone()
    {
        var store = new PlaceStore();
        var numbers = Enumerable.Range(0, 40).Select(i => store.Find(Rule(i % 2), $"place {i / 2}")).ToArray();
        numbers.Should().Equal(Enumerable.Range(1, 40));
        store.Count.Should().Be(40);
        for (var i = 0; i < 40; i++)
        {
            store.Find(Rule(i % 2), $"place {i / 2}").Should().Be(i + 1);
            store.NameOf(i + 1).Should().Be($"place {i / 2}");
            (store[i + 1].Last, store[i + 1].Anchor, store[i + 1].Rule, store[i + 1].IsKnown).Should().Be((Never.Micros, Never.Micros, i % 2, true));
        }

        // Rule 0 goes and rule 1 takes its number.
        store[3].Last = 7;
        for (var number = 1; number <= 40; number++)
        {
            if (number % 2 == 1)
            {
                store.Add(number, 5);
                store.Forget(number, PlaceStore.NoRule);
            }
            else
            {
                store[number].Rule = 0;
            }
        }

        (store[3].IsKnown, store[3].Last, store[3].Voters).Should().Be((false, Never.Micros, 0));
        var bytes = store.Bytes;
        store.NameAgain();
        Enumerable.Range(0, 20).Select(i => store.Find(Rule(0), $"place {i}")).Should().Equal(Enumerable.Range(1, 20).Select(i => 2 * i));
        Enumerable.Range(0, 20).Select(i => store.Find(Rule(1), $"other {i}")).Should().BeEquivalentTo(Enumerable.Range(0, 20).Select(i => (2 * i) + 1));
        store.NameOf(store.Find(Rule(1), "other 3")).Should().Be("other 3");
        store.Bytes.Should().Be(bytes, "their numbers are used again");
        store.Find(Rule(1), "one more").Should().Be(41);
    }

    private static List<(int Device, long Violated)> VotersOf(PlaceStore store, int place)
    {
        var all = new List<(int, long)>();
        for (var at = store[place].Voters; at != 0 && all.Count < 100; at = store.VoterAt(at).Next)
        {
            all.Add((store.VoterAt(at).Device, store.VoterAt(at).Violated[LastBand]));
        }

        return all;
    }
}
