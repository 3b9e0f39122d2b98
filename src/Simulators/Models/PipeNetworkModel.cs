namespace PingAnIoT.Simulators;

/// <summary>
/// A water main with its pump, and the level in a drain well beside it. Pressure falls with the square of the flow. Water hammer is Joukowsky's rise,
/// dp = rho a dv (1 m/s stopped at 1000 m/s is 1000 kPa), ringing with four travel times of the pipe and dying away.
/// </summary>
public sealed class PipeNetworkModel() : PhysicalModel(
    new Danger(
        new Sort(PipeBurst, Name, Nature.Incident, AlertClass.Red, 0.2, 1800, 6 * 3600,
            "The main breaks: pressure falls within seconds, flow rises, the well beside it fills.", "assumption, typical of the field; rate: assumption"),
        "80 kPa below and 30 m3/h above what it would be: assumption, the flow of a fire hydrant", 2,
        (_, v, h) => v[Pressure] <= h[Pressure] - BurstPressure && v[Flow] >= h[Flow] + BurstFlow) { IsSmooth = true, StepSeconds = 0.25 },
    new Danger(
        new Sort(WaterHammer, Name, Nature.Incident, AlertClass.Yellow, 0.3, 1800, 2 * 3600,
            "A valve or a pump slams again and again: waves of pressure run through the main.", "Joukowsky (textbook); sizes: assumption; rate: assumption"),
        "three slams above 900 kPa within 10 min: assumption, near what PN 10 pipes bear", 1, (_, v, _) => v[Pressure] > HammerLimit)
        { Times = 3, WithinSeconds = 600, StepSeconds = 1 },
    new Danger(
        new Sort(Flooding, Name, Nature.Incident, AlertClass.Yellow, 0.3, 4 * 3600, 12 * 3600,
            "Rain or a blocked drain: the well fills towards the street.", "assumption, typical of the field; rate: assumption, heavy rain"),
        "level at 3 m: assumption, a well of 5 m backs up into cellars", 3, (_, v, _) => v[Level] >= FloodLevel) { IsSmooth = true })
{
    public const string Name = "pipe-network", PipeBurst = "pipe-burst", WaterHammer = "water-hammer", Flooding = "flooding";

    private const int Pressure = 0, Flow = 1, Level = 2, Temperature = 3;

    /// <summary>kPa, m3/h, kPa and m from which on it is dangerous: the limits above, with their sources.</summary>
    private const double BurstPressure = 80, BurstFlow = 30, HammerLimit = 900, FloodLevel = 3;

    /// <summary>kPa behind the pump, spread, lost at peak, wander and in what time; assumption: a city's supply of six storeys.</summary>
    private const double PumpPressure = 380, PumpSpread = 50, PeakLoss = 40, PressureWander = 4, PressureSeconds = 180;

    /// <summary>m3/h at peak, least and spread, least share by night, wander and in what time; assumption.</summary>
    private const double PeakFlow = 60, PeakFlowSpread = 80, NightShare = 0.08, FlowWander = 0.06, FlowSeconds = 600;

    /// <summary>m in the well: least, spread, with demand, wander and in what time; assumption.</summary>
    private const double DryLevel = 0.3, LevelSpread = 0.3, DemandLevel = 0.15, LevelWander = 0.04, LevelSeconds = 900;

    /// <summary>Soil at 1.2 m, mean and half the yearly swing; assumption, eastern China.</summary>
    private const double SoilMean = 16, SoilSwing = 8;

    /// <summary>The worst burst: kPa lost, m3/h lost, seconds to fall and to be mended, m in the well and seconds to fill; assumption.</summary>
    private const double WorstLoss = 220, WorstFlow = 140, BurstSeconds = 6, MendedSeconds = 120, BurstLevel = 1.2, FillSeconds = 1800;

    /// <summary>The worst slam: kPa (0.8 m/s stopped at 1000 m/s), seconds between slams and by which they come late, period (4 km of pipe), dying away; assumption.</summary>
    private const double WorstSlam = 800, SlamSlice = 90, SlamLate = 10, SlamPeriod = 16, SlamSeconds = 40;

    /// <summary>m the worst flood goes towards, how fast, and how fast it runs off once the drain is free; assumption.</summary>
    private const double WorstFlood = 4.5, FloodSeconds = 2400, RunOffSeconds = 600;

    /// <summary>Seconds after which nothing shows any more: a flood, and the rest; assumption: four and three times the running off.</summary>
    private const double FloodGoneSeconds = 2400, GoneSeconds = 1800;

    private const uint Difference = 0x1500, PurposePressure = 0x1501, PurposeFlow = 0x1502, PurposeLevel = 0x1503, PurposeSlam = 0x1504;

    public override string Kind => Name;

    public override IReadOnlyList<SimulatedQuantity> Quantities { get; } =
    [
        new("pressure", "kPa", 1, 0.5,
            "transmitter with a range of 2.5 MPa, twice what a slam reaches; noise below the 2.5 kPa that a class of 0.1 % allows it, a digit more of resolution: assumption", Minimum: 0, Maximum: 2500),
        new("flow", "m3/h", 1, 0.5,
            "magnetic flow meter, both ways; range of some 4 m/s in a pipe of 300 mm, noise below the 0.5 % of a common class at peak, resolution: assumption", Minimum: -1000, Maximum: 1000),
        new("level", "m", 2, 0.005, "pressure or radar probe of 10 m; noise and resolution within 0.1 % of its range: assumption, typical of the field", Minimum: 0, Maximum: 10),
        new("temperature", "Cel", 1, 0.1,
            "platinum resistor, noise within the 0.3 K of class B at 0 degrees (IEC 60751); resolution, and a range that a heating main could use too: assumption", Minimum: -40, Maximum: 200),
    ];

    public override int MovingQuantity => Pressure;

    public override double FadeSeconds(Sort sort) => sort.Name == Flooding ? FloodGoneSeconds : GoneSeconds;

    public override void Sample(ulong seed, double time, ReadOnlySpan<Ailment> ailments, Span<double> values)
    {
        var demand = Math.Max(NightShare, Course.Demand(time)) * (1 + (FlowWander * Course.Wander(seed, PurposeFlow, time, FlowSeconds)));
        var flow = (PeakFlow + (PeakFlowSpread * Chance.Uniform(seed, Difference, 0))) * demand;
        var pressure = PumpPressure + (PumpSpread * Chance.Uniform(seed, Difference, 1)) - (PeakLoss * demand * demand)
            + (PressureWander * Course.Wander(seed, PurposePressure, time, PressureSeconds));
        var level = DryLevel + (LevelSpread * Chance.Uniform(seed, Difference, 2)) + (DemandLevel * demand)
            + (LevelWander * Course.Wander(seed, PurposeLevel, time, LevelSeconds));
        foreach (var ailment in ailments)
        {
            var severity = ailment.Severity;
            switch (ailment.Sort.Name)
            {
                case PipeBurst:
                    var open = severity * Course.Approach(ailment, time, BurstSeconds, MendedSeconds);
                    pressure -= WorstLoss * open;
                    flow += WorstFlow * open;
                    level += severity * BurstLevel * Course.Approach(ailment, time, FillSeconds, RunOffSeconds);
                    break;
                case WaterHammer when ailment.Age(time) >= 0:
                    pressure += severity * WorstSlam * Slam(seed, time);
                    break;
                case Flooding:
                    level += severity * WorstFlood * Course.Approach(ailment, time, FloodSeconds, RunOffSeconds);
                    break;
            }
        }

        values[Pressure] = Math.Max(0, pressure);
        values[Flow] = flow;
        values[Level] = level;
        values[Temperature] = SoilMean + (SoilSwing * Course.Season(time));
    }

    /// <summary>-1 to 1: the wave of this slice's slam.</summary>
    private static double Slam(ulong seed, double time)
    {
        var slice = (long)Math.Floor(time / SlamSlice);
        var since = time - (slice * SlamSlice) - (SlamLate * Chance.Uniform(seed, PurposeSlam, slice));
        return since < 0 ? 0 : Math.Exp(-since / SlamSeconds) * Math.Cos(2 * Math.PI * since / SlamPeriod);
    }
}
