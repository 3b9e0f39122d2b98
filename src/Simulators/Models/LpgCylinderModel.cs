namespace PingAnIoT.Simulators;

/// <summary>
/// A 15 kg cylinder of liquefied petroleum gas on a scale in a kitchen, with a gas probe near the floor. Its weight falls as meals are cooked; when it is
/// empty a full one takes its place. The probe speaks of "methane" as all such probes do, in %LEL of what it smells.
/// </summary>
public sealed class LpgCylinderModel() : PhysicalModel(
    new Danger(
        new Sort(CylinderLeak, Name, Nature.Incident, AlertClass.Yellow, 0.3, 1800, 3 * 3600,
            "A hose or a valve leaks: gas collects near the floor until it airs out as fast as it comes, and the cylinder grows lighter.",
            "ventilation balance of a well-mixed volume (textbook); leak and room: assumption, typical of the field; rate: assumption"),
        "methane at 25 %LEL: GB/T 50493-2019, first alarm level", 2, (_, v, _) => v[Methane] >= FirstLevel) { IsSmooth = true },
    new Danger(
        new Sort(CylinderHot, Name, Nature.Incident, AlertClass.Red, 0.2, 1800, 2 * 3600,
            "The cylinder stands at a stove or in the sun and heats up.", "assumption, typical of the field; rate: assumption"),
        "60 degrees Celsius: up to which such cylinders may be used (GB 5842)", 3, (_, v, _) => v[Temperature] >= HotLimit) { IsSmooth = true })
{
    public const string Name = "lpg-cylinder", CylinderLeak = "cylinder-leak", CylinderHot = "cylinder-hot";

    private const int Weight = 0, Methane = 1, Temperature = 2, Valve = 3;

    /// <summary>%LEL and degrees from which on it is dangerous: the limits above, with their sources.</summary>
    private const double FirstLevel = 25, HotLimit = 60;

    /// <summary>kg: the empty cylinder, its filling, and what stays in it; GB 5842, YSP35.5, rounded; the rest: assumption.</summary>
    private const double Tare = 16.5, Filling = 14.5, Remainder = 0.5;

    /// <summary>Days a filling lasts, least and spread; assumption: a small restaurant to a home.</summary>
    private const double FillingDays = 8, FillingDaysSpread = 30;

    /// <summary>Kitchen in degrees Celsius: mean, half the yearly swing, daily wander and in what time; assumption, eastern China.</summary>
    private const double KitchenMean = 20, KitchenSwing = 8, KitchenDaily = 2, KitchenSeconds = 3 * 3600;

    /// <summary>%LEL of kitchen air: alcohol, frying; and in what time it comes and goes; assumption.</summary>
    private const double KitchenAir = 0.5, KitchenAirSeconds = 1800;

    /// <summary>% by volume of propane and butane that is 100 %LEL (textbook, rounded), and kg/m3 of their vapour.</summary>
    private const double LowerExplosiveLimit = 2, VapourDensity = 2.1;

    /// <summary>m3 of air near the floor that the gas mixes with, and its changes per hour, least and spread; assumption.</summary>
    private const double FloorVolume = 12, AirChanges = 2, AirChangesSpread = 2;

    /// <summary>kg/h of the worst leak, and seconds in which a kitchen with open windows airs; assumption.</summary>
    private const double WorstLeak = 2, AiredSeconds = 180;

    /// <summary>Degrees the worst heat brings, and thermal lag in seconds; cooled with water afterwards; assumption.</summary>
    private const double WorstHeat = 75, HeatSeconds = 900, CooledSeconds = 300;

    /// <summary>Seconds after which neither gas nor heat shows any more; assumption: four times what cooling takes.</summary>
    private const double GoneSeconds = 1200;

    private const uint Difference = 0x1600, PurposeAir = 0x1601, PurposeKitchen = 0x1602;

    public override string Kind => Name;

    public override IReadOnlyList<SimulatedQuantity> Quantities { get; } =
    [
        new("weight", "kg", 2, 0.01,
            "scale of 60 kg with a resolution of 10 g, 6,000 divisions as class III may have (OIML R 76: up to 10,000); range, for a full cylinder of 31 kg, and noise of one step: assumption",
            Minimum: 0, Maximum: 60),
        new("methane", "%LEL", 1, 0.2,
            "probe of 0 to 100 %LEL; noise and resolution, as at a gas pipe, and that the range of a household's probe is no narrower: assumption", Minimum: 0, Maximum: 100),
        new("temperature", "Cel", 1, 0.1, "sensor on the cylinder's wall; range twice the 60 degrees it may have, noise and resolution typical of the field: assumption", Minimum: -40, Maximum: 120),
        new("valve", "", 0, 0, "limit switch: open or not; that it never bounces: assumption", IsBoolean: true, Minimum: 0, Maximum: 1),
    ];

    public override int MovingQuantity => Temperature;

    public override double FadeSeconds(Sort sort) => GoneSeconds;

    public override void Sample(ulong seed, double time, ReadOnlySpan<Ailment> ailments, Span<double> values)
    {
        var cycle = (FillingDays + (FillingDaysSpread * Chance.Uniform(seed, Difference, 0))) * Course.DaySeconds;
        var used = (Course.UsedBy(time) / cycle) + Chance.Uniform(seed, Difference, 1);
        var filling = Filling - ((Filling - Remainder) * (used - Math.Floor(used)));
        var methane = KitchenAir * 0.5 * (1 + Course.Wander(seed, PurposeAir, time, KitchenAirSeconds));
        var heat = 0.0;
        foreach (var ailment in ailments)
        {
            switch (ailment.Sort.Name)
            {
                case CylinderLeak:
                    var changes = AirChanges + (AirChangesSpread * Chance.Uniform(seed, Difference, 2));
                    methane += ailment.Severity * WorstLeak / VapourDensity / (changes * FloorVolume) * 100 / LowerExplosiveLimit * 100
                        * Course.Approach(ailment, time, 3600 / changes, AiredSeconds);

                    // After a leak a full cylinder takes its place: what was lost is not missed any more.
                    filling -= ailment.Age(time) > 0 ? ailment.Severity * WorstLeak * ailment.Age(time) / 3600 : 0;
                    break;
                case CylinderHot:
                    heat = Math.Max(heat, WorstHeat * ailment.Severity * Course.Approach(ailment, time, HeatSeconds, CooledSeconds));
                    break;
            }
        }

        values[Weight] = Tare + Math.Max(0, filling);
        values[Methane] = Math.Clamp(methane, 0, 100);
        values[Temperature] = KitchenMean + (KitchenSwing * Course.Season(time)) + (KitchenDaily * Course.Wander(seed, PurposeKitchen, time, KitchenSeconds)) + heat;
        values[Valve] = 1;
    }
}
