using System.Globalization;

namespace PingAnIoT.Simulators.Tests;

/// <summary>
/// A small story as text, one thing a line; times are seconds after an hour of 2026, devices of gateway g lie in D/C/S/G1 (those with a name like x2: in D/C/S/G2).
/// <code>
/// truth  DEVICE SORT ONSET SETTLED [findable T|never]
/// alert  ID RULE DEVICE CLASS TIME [seen T] [seq N]
/// place  ID RULE TERRITORY CLASS TIME
/// clock  FROM TO AHEAD, of the gateway of them all
/// </code>
/// </summary>
internal sealed class ScoreStory
{
    public const double Start = 1_767_225_600;
    public const double Report = 60;

    public static readonly Sort Leak = Make("leak", "gas", Nature.Incident, AlertClass.Yellow);
    public static readonly Sort Burst = Make("burst", "gas", Nature.Incident, AlertClass.Red);
    public static readonly Sort Dead = Make("dead", "gas", Nature.Defect, AlertClass.Fault);
    public static readonly Sort Spike = Make("spike", "gas", Nature.Nuisance, AlertClass.None);
    public static readonly Sort Gone = Make("gone", "gateway", Nature.Defect, AlertClass.Fault);
    public static readonly Sort Flaps = Make("flaps", "gateway", Nature.Nuisance, AlertClass.None);
    private static readonly Sort[] Sorts = [Leak, Burst, Dead, Spike, Gone, Flaps];

    public List<TruthEntry> Truth { get; } = [];

    public List<AlertSeen> Alerts { get; } = [];

    public static RunFacts Facts { get; } = new() { Name = "story", Seed = 7, Devices = 100, FromSeconds = Start, UntilSeconds = Start + (10 * 86_400) };

    public static ScoreStory Of(string text)
    {
        var story = new ScoreStory();
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            story.Add(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }

        return story;
    }

    public List<BentClock> Clocks { get; } = [];

    public TruthLinks Links => new(_ => "g", (_, shown) => Clocks.Aggregate(shown, (time, clock) => clock.FirstShown(time)));

    public Scorecard Score(RunFacts? facts = null) => Scorer.Score(Truth, Alerts, facts ?? Facts, Links);

    public TruthJoin Join() => TruthJoin.Of(Truth, EpisodeFold.Of(Alerts.Select(Links.ByTrueClock)).Episodes, Links.GatewayOf);

    public static string Territory(string device) => device.EndsWith('2') ? "D/C/S/G2" : "D/C/S/G1";

    private void Add(string[] words)
    {
        switch (words[0])
        {
            case "truth":
                var sort = Array.Find(Sorts, s => s.Name == words[2])!;
                var isLink = sort.Kind == "gateway";
                var onset = Time(words[3]);
                var findable = Option(words, "findable") is { } at ? at == "never" ? double.NaN : Time(at) : onset;
                findable = sort.Nature == Nature.Nuisance ? double.NaN : findable;
                var settled = Time(words[4]);
                Truth.Add(new TruthEntry(
                    new Ailment(sort, onset, settled, 0.5), sort.Kind!, words[1], isLink ? "" : Territory(words[1]), findable, settled, Report));
                break;
            case "alert" or "place":
                var isPlace = words[0] == "place";
                var sequence = Option(words, "seq") is { } seq ? long.Parse(seq, CultureInfo.InvariantCulture) : Alerts.Count + 1;
                var time = Time(words[5]);
                var seen = Option(words, "seen") is { } s ? Time(s) : time;
                Alerts.Add(new AlertSeen(
                    words[1], sequence, words[2], words[3] == "g" ? "gateway" : "gas", isPlace ? "p0" : words[3], isPlace ? words[3] : Territory(words[3]), isPlace,
                    Enum.Parse<AlertClass>(words[4]), time, seen));
                break;
            case "clock":
                Clocks.Add(new BentClock(Time(words[1]), Time(words[2]), double.Parse(words[3], CultureInfo.InvariantCulture)));
                break;
            default:
                throw new FormatException(string.Join(' ', words));
        }
    }

    private static string? Option(string[] words, string name) => Array.IndexOf(words, name) is > 0 and var at ? words[at + 1] : null;

    private static double Time(string text) => Start + double.Parse(text, CultureInfo.InvariantCulture);

    private static Sort Make(string name, string kind, Nature nature, AlertClass atLeast) => new(name, kind, nature, atLeast, 1, 60, 600, "", "");
}

/// <summary>A clock that is wrong by so many seconds from one moment (Unix seconds) until before another.</summary>
internal readonly record struct BentClock(double From, double To, double Ahead)
{
    public double At(double time) => time + (time >= From && time < To ? Ahead : 0);

    /// <summary>By looking at every second.</summary>
    public double FirstShown(double shown)
    {
        for (var time = shown - Math.Abs(Ahead); ; time++)
        {
            if (At(time) >= shown)
            {
                return time;
            }
        }
    }
}
