using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <summary>What a rule over devices of a place knows of one place.</summary>
internal struct PlaceState
{
    /// <summary>Newest event time of the place; <see cref="Never"/> before the first.</summary>
    public long Last;

    /// <summary>As <see cref="SeriesHead.Anchor"/>.</summary>
    public long Anchor;

    /// <summary>The rule's state; 0 while it has nothing to say or to wait for.</summary>
    public int State;

    /// <summary>First of its voters; 0 for none.</summary>
    public int Voters;

    /// <summary>The rule's number; negative where a change of rules has done away with the place.</summary>
    public int Rule;

    public readonly bool IsKnown => Rule >= 0;

    public readonly SeriesClock Clock => new(Last, Anchor);
}

/// <summary>What one device has said lately, to one rule.</summary>
internal struct Voter
{
    /// <summary>Of each band, when the device last crossed it or a worse one.</summary>
    public BandTimes Crossed;

    /// <summary>Of each band, when the device last violated it or a worse one.</summary>
    public BandTimes Violated;

    /// <summary>The newest value that violated any.</summary>
    public double Value;

    public int Device;

    /// <summary>The next of the place; 0 for none.</summary>
    public int Next;
}

/// <summary>
/// Places and who votes in them. A place is known from its first reading on, a voter while its votes can count. Numbers begin with 1.
/// Threading: owned by one shard.
/// </summary>
internal sealed class PlaceStore
{
    public const int NoRule = -1;

    private readonly Dictionary<(int Rule, string Name), int> numbers = [];
    private readonly List<string> names = [""];
    private PlaceState[] places = new PlaceState[16];
    private Voter[] voters = new Voter[16];
    private int voterCount = 1;
    private readonly Stack<int> freePlaces = [];
    private int freeVoter;

    /// <summary>The highest number given.</summary>
    public int Count => names.Count - 1;

    public long Bytes => ((long)places.Length * Unsafe.SizeOf<PlaceState>()) + ((long)voters.Length * Unsafe.SizeOf<Voter>());

    /// <summary>Valid until the next <see cref="Find"/>.</summary>
    public ref PlaceState this[int place] => ref places[place];

    public string NameOf(int place) => names[place];

    /// <summary>The number of a place for a rule, given at first sight.</summary>
    public int Find(VotesRule rule, string name)
    {
        if (numbers.TryGetValue((rule.Number, name), out var known))
        {
            return known;
        }

        if (!freePlaces.TryPop(out var number))
        {
            number = names.Count;
            names.Add("");
        }

        names[number] = name;
        numbers.Add((rule.Number, name), number);
        if (number == places.Length)
        {
            Array.Resize(ref places, number * 2);
        }

        places[number] = new PlaceState { Last = Never.Micros, Anchor = Never.Micros, Rule = rule.Number };
        return number;
    }

    /// <summary>The number of a place for a rule; 0 while it has none.</summary>
    public int Known(VotesRule rule, string name) => numbers.GetValueOrDefault((rule.Number, name));

    /// <summary>Valid until the next <see cref="Add"/>.</summary>
    public ref Voter VoterAt(int voter) => ref voters[voter];

    /// <summary>The voter of a device; on the way to it, those whose last vote is at or before <paramref name="expired"/> leave.</summary>
    /// <param name="place">Of which place.</param>
    /// <param name="device">Whose.</param>
    /// <param name="lastBand">The least band: whose newest violation is the newest vote.</param>
    /// <param name="expired">A time.</param>
    public ref Voter VoterOf(int place, int device, int lastBand, long expired)
    {
        var before = 0;
        var found = 0;
        for (var at = places[place].Voters; at != 0;)
        {
            var next = voters[at].Next;
            if (voters[at].Device == device)
            {
                found = at;
            }
            else if (voters[at].Violated[lastBand] <= expired)
            {
                Remove(place, before, at);
                at = next;
                continue;
            }

            before = at;
            at = next;
        }

        found = found != 0 ? found : Add(place, device);
        return ref voters[found];
    }

    /// <summary>A voter without votes.</summary>
    public int Add(int place, int device)
    {
        var added = freeVoter;
        if (added != 0)
        {
            freeVoter = voters[added].Next;
        }
        else
        {
            added = voterCount++;
            if (added == voters.Length)
            {
                Array.Resize(ref voters, added * 2);
            }
        }

        ref var voter = ref voters[added];
        voter = new Voter { Device = device, Next = places[place].Voters };
        ((Span<long>)voter.Crossed).Fill(Never.Micros);
        ((Span<long>)voter.Violated).Fill(Never.Micros);
        places[place].Voters = added;
        return added;
    }

    /// <summary>A device's votes do not count any more.</summary>
    public void Silence(int place, int device)
    {
        for (int at = places[place].Voters, before = 0; at != 0; before = at, at = voters[at].Next)
        {
            if (voters[at].Device == device)
            {
                Remove(place, before, at);
                return;
            }
        }
    }

    /// <summary>Nothing is known of the place any more; its number stays, now for this rule.</summary>
    public void Forget(int place, int rule)
    {
        while (places[place].Voters != 0)
        {
            Remove(place, 0, places[place].Voters);
        }

        places[place] = new PlaceState { Last = Never.Micros, Anchor = Never.Micros, Rule = rule };
    }

    /// <summary>
    /// Names all places anew after the numbers of their rules have changed. The numbers of those without a rule are given out again: by then no
    /// device may name them.
    /// </summary>
    public void NameAgain()
    {
        numbers.Clear();
        freePlaces.Clear();
        for (var place = 1; place < names.Count; place++)
        {
            if (places[place].IsKnown)
            {
                numbers.Add((places[place].Rule, names[place]), place);
            }
            else
            {
                freePlaces.Push(place);
            }
        }
    }

    private void Remove(int place, int before, int at)
    {
        ref var link = ref before == 0 ? ref places[place].Voters : ref voters[before].Next;
        link = voters[at].Next;
        voters[at].Next = freeVoter;
        freeVoter = at;
    }
}
