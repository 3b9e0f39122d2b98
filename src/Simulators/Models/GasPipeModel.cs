namespace PingAnIoT.Simulators;

/// <summary>
/// A distribution main of medium pressure A behind a regulator, with its valve and a methane probe in the valve well. The regulator holds a set pressure;
/// what is lost between it and the sensor grows with the square of the flow (turbulent flow, Darcy-Weisbach); the flow follows the city's day. Gas that
/// leaks into the well collects until what comes in airs out: dC/dt = G/V - nC, so C = G/(nV) (1 - exp(-nt)).
/// </summary>
public sealed class GasPipeModel() : PhysicalModel(
    new Danger(
        new Sort(SlowLeak, Name, Nature.Incident, AlertClass.Yellow, 0.2, 4 * 3600, 24 * 3600,
            "A joint seeps; gas collects in the valve well until it airs out as fast as it comes in, and the main loses a little pressure.",
            "ventilation balance of a well-mixed volume (textbook); leak and well: assumption, typical of the field; rate: assumption"),
        "methane at 25 %LEL: GB/T 50493-2019, first alarm level", 2, (_, v, _) => v[Methane] >= FirstLevel) { IsSmooth = true },
    new Danger(
        new Sort(Burst, Name, Nature.Incident, AlertClass.Red, 0.1, 1200, 4 * 3600,
            "An excavator opens the main: the pressure falls within seconds, the flow jumps, gas seeps into the well.",
            "assumption, typical of the field; rate: assumption, third-party damage"),
        "pressure at half of what it would be (assumption, typical of the field) or methane at 50 %LEL (GB/T 50493-2019, second alarm level)", 2,
        (_, v, h) => v[Pressure] <= h[Pressure] / 2 || v[Methane] >= SecondLevel) { StepSeconds = 0.25, IsSmooth = true },
    new Danger(
        new Sort(OverPressure, Name, Nature.Incident, AlertClass.Yellow, 0.2, 1200, 6 * 3600,
            "The regulator creeps open and lets its inlet pressure through.", "assumption, typical of the field; rate: assumption"),
        "pressure at 440 kPa: 1.1 times the 0.4 MPa up to which medium pressure A goes (GB 50028-2006, classes of pressure); the 1.1: assumption", 1,
        (_, v, _) => v[Pressure] >= MostPressure) { IsSmooth = true },
    new Danger(
        new Sort(RegulatorFailure, Name, Nature.Incident, AlertClass.Green, 0.2, 1200, 6 * 3600,
            "The regulator fails shut: what is in the pipes is used up, the faster the more is asked for.", "assumption, typical of the field; rate: assumption"),
        "pressure at 200 kPa: where medium pressure A ends (GB 50028-2006, classes of pressure)", 1,
        (_, v, _) => v[Pressure] <= LeastPressure) { IsSmooth = true },
    new Danger(
        new Sort(ValveShut, Name, Nature.Incident, AlertClass.Green, 0.3, 600, 6 * 3600,
            "The valve is shut: no flow, and the pressure behind it sags.", "assumption, typical of the field; rate: assumption"),
        "valve shut for 60 s: assumption, longer than a valve is exercised", 3, (_, v, _) => v[Valve] < 0.5) { HoldSeconds = 60 })
{
    public const string Name = "gas-pipe", SlowLeak = "slow-leak", Burst = "burst", OverPressure = "over-pressure", RegulatorFailure = "regulator-failure",
        ValveShut = "valve-shut";

    private const int Pressure = 0, Methane = 1, Valve = 2, Flow = 3, Temperature = 4;

    /// <summary>%LEL and kPa from which on it is dangerous: the limits above, with their sources.</summary>
    private const double FirstLevel = 25, SecondLevel = 50, MostPressure = 440, LeastPressure = 200;

    /// <summary>Set pressure of the regulator in kPa and how far devices differ; assumption: near the top of medium pressure A with a reserve.</summary>
    private const double SetPressure = 345, SetSpread = 30;

    /// <summary>kPa lost between regulator and sensor at peak demand, least and spread; assumption, typical of the field.</summary>
    private const double PeakLoss = 10, PeakLossSpread = 20;

    /// <summary>kPa by which the regulator hunts over some minutes; assumption: within 1 % of its set pressure.</summary>
    private const double Hunting = 3, HuntingSeconds = 240;

    /// <summary>m3/h at peak, least and spread, and how much it differs from the day's course; assumption: a main of some thousand flats.</summary>
    private const double PeakFlow = 80, PeakFlowSpread = 150, FlowWander = 0.08, FlowSeconds = 600;

    /// <summary>%LEL of marsh gas that any well may hold, and seconds over which it comes and goes; assumption: within an hour, as the air pressure does.</summary>
    private const double MarshGas = 0.6, MarshGasSeconds = 3600;

    /// <summary>Soil at 1.2 m in degrees Celsius: mean and half the yearly swing; assumption, typical of eastern China.</summary>
    private const double SoilMean = 16, SoilSwing = 8;

    /// <summary>Litre-for-litre: % by volume of methane in air that is 100 %LEL; textbook (IEC 60079-20-1 says 4.4, older tables 5).</summary>
    private const double LowerExplosiveLimit = 5;

    /// <summary>Valve well in m3; air changes per hour with its cover on, least and spread; all assumptions.</summary>
    private const double WellVolume = 6, AirChanges = 2.5, AirChangesSpread = 2.5;

    /// <summary>m3/h that come into the well, and into well and soil together, from the worst slow leak; assumption.</summary>
    private const double WorstLeakIntoWell = 1.1, WorstLeak = 10;

    /// <summary>kPa that the worst slow leak costs, and within what time; assumption.</summary>
    private const double LeakSag = 6, LeakSagSeconds = 300;

    /// <summary>The crew airs the well with the cover off: 20 air changes per hour; assumption.</summary>
    private const double AiredSeconds = 180;

    /// <summary>Of the worst burst: share of the pressure that is lost and how fast, m3/h that flow out, %LEL the well goes towards and how fast; assumptions.</summary>
    private const double BurstLoss = 0.75, BurstSeconds = 4, BurstFlow = 3000, BurstMethane = 250, BurstMethaneSeconds = 150;

    /// <summary>kPa a failed-open regulator adds at worst, and how fast; assumption.</summary>
    private const double CreepPressure = 180, CreepSeconds = 150;

    /// <summary>
    /// Share of the pressure lost behind a regulator failed shut, how fast at peak demand, and what is drawn besides the demand of homes, as a share of the peak;
    /// assumption: line pack of some minutes, a restaurant and a boiler that draw at any hour.
    /// </summary>
    private const double ShutLoss = 0.85, ShutSeconds = 240, SteadyDraw = 0.2;

    /// <summary>Share of the pressure lost behind a shut valve in a meshed network, how fast, and how long the worst one stays shut; assumption.</summary>
    private const double ValveLoss = 0.4, ValveSeconds = 900, ValveShutSeconds = 2 * 3600;

    /// <summary>Seconds in which a mended network is back at pressure, and after which nothing shows any more (six times what airing takes, 0.2 % is left); assumption.</summary>
    private const double MendedSeconds = 60, GoneSeconds = 1200;

    private const uint Difference = 0x1100, PurposeHunting = 0x1101, PurposeFlow = 0x1102, PurposeMethane = 0x1103;

    public override string Kind => Name;

    public override IReadOnlyList<SimulatedQuantity> Quantities { get; } =
    [
        new("pressure", "kPa", 1, 0.4,
            "transmitter of 1 MPa, a usual range above 0.4 MPa; noise below the 1 kPa that a class of 0.1 % allows it, a digit more of resolution: assumption",
            Minimum: 0, Maximum: 1000),
        new("methane", "%LEL", 1, 0.2,
            "probe of 0 to 100 %LEL, the range of point detectors of combustible gas (GB 15322.1-2019); noise and resolution, far below the 5 %LEL by which they may be off: assumption",
            Minimum: 0, Maximum: 100),
        new("valve", "", 0, 0, "limit switch: open or not; that it never bounces: assumption", IsBoolean: true, Minimum: 0, Maximum: 1),
        new("flow", "m3/h", 1, 0.8,
            "gas meter; range, to show what a burst lets through, noise of 1 % of the least peak, and resolution: assumption", Minimum: 0, Maximum: 5000),
        new("temperature", "Cel", 1, 0.1,
            "platinum resistor, noise within the 0.3 K of class B at 0 degrees (IEC 60751); resolution, and the range of industrial electronics: assumption", Minimum: -40, Maximum: 85),
    ];

    public override int MovingQuantity => Pressure;

    public override double FadeSeconds(Sort sort) => GoneSeconds;

    public override void Sample(ulong seed, double time, ReadOnlySpan<Ailment> ailments, Span<double> values)
    {
        var demand = Course.Demand(time) * (1 + (FlowWander * Course.Wander(seed, PurposeFlow, time, FlowSeconds)));
        var peakLoss = PeakLoss + (PeakLossSpread * Chance.Uniform(seed, Difference, 0));
        var flow = (PeakFlow + (PeakFlowSpread * Chance.Uniform(seed, Difference, 1))) * demand;
        var pressure = SetPressure + (SetSpread * Chance.Uniform(seed, Difference, 2)) - (peakLoss * demand * demand)
            + (Hunting * Course.Wander(seed, PurposeHunting, time, HuntingSeconds));
        var methane = MarshGas * 0.5 * (1 + Course.Wander(seed, PurposeMethane, time, MarshGasSeconds));
        var (share, isOpen) = (1.0, true);
        foreach (var ailment in ailments)
        {
            var severity = ailment.Severity;
            switch (ailment.Sort.Name)
            {
                case SlowLeak:
                    var changes = AirChanges + (AirChangesSpread * Chance.Uniform(seed, Difference, 3));
                    methane += severity * WorstLeakIntoWell / (changes * WellVolume) * 100 / LowerExplosiveLimit * 100
                        * Course.Approach(ailment, time, 3600 / changes, AiredSeconds);
                    var leak = Course.Approach(ailment, time, LeakSagSeconds, MendedSeconds);
                    pressure -= severity * LeakSag * leak;
                    flow += severity * WorstLeak * leak;
                    break;
                case Burst:
                    var open = severity * Course.Approach(ailment, time, BurstSeconds, MendedSeconds);
                    share *= 1 - (BurstLoss * open);
                    flow += BurstFlow * open;
                    methane += severity * BurstMethane * Course.Approach(ailment, time, BurstMethaneSeconds, AiredSeconds);
                    break;
                case OverPressure:
                    pressure += severity * CreepPressure * Course.Approach(ailment, time, CreepSeconds, MendedSeconds);
                    break;
                case RegulatorFailure:
                    share *= 1 - (severity * ShutLoss * Course.Approach(ailment, time, ShutSeconds / (SteadyDraw + Course.Demand(ailment.Onset)), MendedSeconds));
                    break;
                case ValveShut:
                    isOpen &= ailment.Age(time) is < 0 || ailment.Age(time) >= severity * ValveShutSeconds;
                    share *= 1 - (severity * ValveLoss * Course.Approach(ailment, Math.Min(time, ailment.End), ValveSeconds, MendedSeconds)
                        * (isOpen ? 0 : 1));
                    break;
            }
        }

        values[Pressure] = Math.Max(0, pressure * share);
        values[Methane] = Math.Clamp(methane, 0, 100);
        values[Valve] = isOpen ? 1 : 0;
        values[Flow] = isOpen ? flow : 0;
        values[Temperature] = SoilMean + (SoilSwing * Course.Season(time));
    }
}
