using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>Makes transitions as the engine would, one series at a time.</summary>
public sealed class Plant(string device = "gp-0001", string ruleId = "gas-pipe-overpressure")
{
    private static readonly Severity[] Colours = [Severity.Green, Severity.Yellow, Severity.Red, Severity.Fault];
    private long episode;
    private int ordinal;
    private Severity colour;

    public DeviceRecord Device { get; init; } = new()
    {
        Device = device, Kind = 0, Gateways = ["gw-7"], Territory = "d01/s03/c07", Address = "平安路 1 号, \"东\"门", OwnerUnit = "燃气公司",
    };

    public string Kind { get; init; } = "gas-pipe";

    public string Series => $"{Kind}/{Device.Device}/pressure";

    public Rule Rule { get; init; } = new()
    {
        Id = ruleId, Version = "0011aabb", TitleZh = "燃气管道超压", TitleEn = "Gas pipe over-pressure", Kind = 0, Quantity = 0,
        Function = WindowFunction.Mean, WindowMicros = 60_000_000, Basis = "site",
        Bands = [new Band(Severity.Red, Comparison.Above, 480, null), new Band(Severity.Yellow, Comparison.Above, 450, null)],
    };

    public Transition To(Severity to, long timeMicros)
    {
        var change = to == Severity.Normal ? TransitionChange.Normal : colour == Severity.Normal ? TransitionChange.Raised : TransitionChange.ColourChanged;
        if (change == TransitionChange.Raised)
        {
            (episode, ordinal) = (timeMicros, 0);
        }

        var transition = new Transition
        {
            Rule = Rule, Series = Series, Device = Device, EpisodeMicros = episode, Ordinal = ++ordinal, Change = change, From = colour, To = to,
            EventTimeMicros = timeMicros, ReceiveTimeMicros = timeMicros, WindowValue = 481.5, Threshold = 480,
            Evidence = [new Evidence(timeMicros - 1_000_000, 480.5), new Evidence(timeMicros, 482.5)], JournalPosition = timeMicros / 1000,
        };
        colour = to;
        return transition;
    }

    /// <summary>A random life: raises, colour changes and returns of many devices, in order per series.</summary>
    public static List<Transition> RandomLives(Random random, int devices, int transitions, long startMicros)
    {
        var plants = Enumerable.Range(0, devices).Select(i => new Plant($"gp-{i:D5}")).ToArray();
        var lives = new List<Transition>(transitions);
        for (var i = 0; i < transitions; i++)
        {
            var plant = plants[random.Next(devices)];
            var to = plant.colour != Severity.Normal && random.Next(2) == 0 ? Severity.Normal : Colours[random.Next(Colours.Length)];
            if (to != plant.colour)
            {
                lives.Add(plant.To(to, startMicros + (i * 250_000L)));
            }
        }

        return lives;
    }
}
