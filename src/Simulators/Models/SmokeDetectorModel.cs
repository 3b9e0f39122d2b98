namespace PingAnIoT.Simulators;

/// <summary>
/// A photoelectric smoke detector with a thermistor and a battery on the ceiling of a room. Fires: a smouldering one whose smoke grows with the square of
/// its age, as its front spreads evenly, and a flaming one of t-squared heat release (slow 0.00293 to ultra-fast 0.1876 kW/s2, NFPA 72 and 92), whose smoke
/// is what it has burnt and whose heat under the ceiling is Alpert's correlation, dT = 16.9 Q^(2/3) / H^(5/3).
/// </summary>
public sealed class SmokeDetectorModel() : PhysicalModel(
    new Danger(
        new Sort(Dust, Name, Nature.Defect, AlertClass.Fault, 0.03, 10 * 86_400, 30 * 86_400,
            "Dust settles in the chamber and lifts its zero until nothing more can be compensated; it must be cleaned, and it is no fire.",
            "assumption, typical of the field: years in a clean room, weeks beside a building site; rate: assumption, where dust is bad"),
        "zero above 0.03 dB/m for 6 h: a fifth of the alarm level, assumption", 1, (_, v, _) => v[Smoke] > DirtyLevel) { IsSmooth = true, HoldSeconds = 6 * 3600 },
    new Danger(
        new Sort(BatteryLow, Name, Nature.Defect, AlertClass.Fault, 0.06, 3 * 86_400, 10 * 86_400,
            "The battery runs down; the detector still works, and soon will not.", "assumption, typical of the field; rate: assumption"),
        "battery at 10 %: assumption, typical of the field", 4, (_, v, _) => v[Battery] < LowBattery) { IsSmooth = true },
    new Danger(
        new Sort(Smouldering, Name, Nature.Incident, AlertClass.Red, 0.1, 2400, 4 * 3600,
            "Bedding or wood smoulders: smoke over tens of minutes, hardly any heat.",
            "test fires TF2 and TF3 of EN 54-7 end at 2 dB/m; growth: assumption; rate: assumption"),
        AlarmText, 1, (_, v, _) => v[Smoke] >= AlarmLevel) { IsSmooth = true },
    new Danger(
        new Sort(FastFire, Name, Nature.Incident, AlertClass.Red, 0.1, 900, 2 * 3600,
            "Something burns with flames: heat release grows with the square of time, smoke and heat follow.",
            "t-squared fire, NFPA 72 and 92; ceiling jet, Alpert 1972; rate: assumption"),
        AlarmText, 1, (_, v, _) => v[Smoke] >= AlarmLevel) { StepSeconds = 0.25, IsSmooth = true },
    new Danger(
        new Sort(Cooking, Name, Nature.Nuisance, AlertClass.None, 1, 900, 2400,
            "Frying below the detector: puffs of a minute or two, below the alarm level, a little warm. Nobody need come for it.",
            "assumption, typical of the field; rate: assumption"),
        "never a danger: below the alarm level", 1, null),
    new Danger(
        new Sort(Steam, Name, Nature.Nuisance, AlertClass.None, 1, 300, 900,
            "Steam from a shower: puffs of seconds that pass the alarm level for less than the detector takes to believe it. Nobody need come for it.",
            "assumption, typical of the field; rate: assumption"),
        "never a danger: shorter than a detector confirms", 1, null))
{
    public const string Name = "smoke-detector", Smouldering = "smouldering", FastFire = "fast-fire", Cooking = "cooking", Steam = "steam", Dust = "dust",
        BatteryLow = "battery-low";

    /// <summary>dB/m at which the detector alarms by itself, and how long it must last; assumption, typical of the field (EN 54-7 tests from 0.05 dB/m up).</summary>
    public const double AlarmLevel = 0.15, ConfirmSeconds = 20;

    private const string AlarmText = "smoke at 0.15 dB/m, the detector's own alarm level: assumption, typical of the field (EN 54-7 and GB 4715 test from 0.05 dB/m up)";

    private const int Smoke = 0, Alarm = 1, Temperature = 2, Battery = 3;

    /// <summary>dB/m and % from which on it is broken: the limits above, with their sources.</summary>
    private const double DirtyLevel = 0.03, LowBattery = 10;

    /// <summary>dB/m of clean air and a used chamber, least, spread, wander and in what time; assumption.</summary>
    private const double CleanAir = 0.002, CleanAirSpread = 0.006, AirWander = 0.001, AirSeconds = 600;

    /// <summary>Room in degrees Celsius: mean, spread of rooms, half the yearly swing, what it wanders in the day and in what time; assumption: heated and cooled homes.</summary>
    private const double RoomMean = 21, RoomSpread = 3, RoomSwing = 4, RoomDaily = 1.2, RoomSeconds = 4 * 3600;

    /// <summary>dB/m of the worst smouldering after its time to grow (EN 54-7: TF2 ends at 2 dB/m), and the degrees it brings; growth and heat: assumption.</summary>
    private const double SmoulderSmoke = 2, SmoulderSeconds = 1800, SmoulderHeat = 4;

    /// <summary>kW/s2: slow, and how many times faster ultra-fast is (NFPA 72 and 92).</summary>
    private const double SlowGrowth = 0.00293, GrowthRange = 64;

    /// <summary>g of smoulder-free fuel per kJ: 20 kJ/g, a mean of plastics and wood (textbook).</summary>
    private const double HeatOfCombustion = 20;

    /// <summary>m2/g, optical density in log10: flaming plastics and wood between 0.1 and 0.3 (SFPE handbook, order of magnitude).</summary>
    private const double MassOpticalDensity = 0.2;

    /// <summary>Room in m3 and ceiling in m; assumption, a living room.</summary>
    private const double RoomVolume = 50, Ceiling = 2.6;

    /// <summary>The worst fire: kW at which its air is spent, dB/m and degrees above the room that it cannot pass; assumption.</summary>
    private const double MostHeatRelease = 2000, MostSmoke = 15, MostHeat = 600;

    /// <summary>Seconds by which a thermistor in its cage is behind; of a power law a first-order lag is a shift by its time constant; assumption.</summary>
    private const double ThermistorSeconds = 20;

    /// <summary>Seconds in which smoke and heat go once the fire is out and the windows are open, and after which neither shows any more; assumption.</summary>
    private const double AiredSeconds = 120, CooledSeconds = 180, GoneSeconds = 1200;

    /// <summary>Cooking: seconds between puffs, half-width of one, dB/m of the worst and least, degrees, and seconds in which a kitchen warms and cools; assumption.</summary>
    private const double CookingSlice = 300, CookingWidth = 30, CookingLeast = 0.015, CookingSmoke = 0.1, CookingHeat = 3, KitchenSeconds = 600;

    /// <summary>Steam: seconds between puffs, half-width of one (the worst is above the alarm level for 12 s), dB/m of the worst; assumption.</summary>
    private const double SteamSlice = 120, SteamWidth = 5, SteamSmoke = 0.3;

    /// <summary>Of a puff: where in its slice it is at its height, earliest and spread, so that it has faded before the next, and its least share of the worst; assumption.</summary>
    private const double PuffFrom = 0.35, PuffSpread = 0.3, LeastPuff = 0.5;

    /// <summary>dB/m a day of the worst dust, and where compensation ends: a third of the alarm level; assumption.</summary>
    private const double DustPerDay = 0.006, MostDust = 0.042;

    /// <summary>%: least and spread of batteries in use, share that the worst has lost in the end, how fast, and how fast a new one is in; assumption.</summary>
    private const double LeastBattery = 45, BatterySpread = 55, BatteryLoss = 0.97, BatterySeconds = 86_400, RenewedSeconds = 1;

    private const uint Difference = 0x1300, PurposeAir = 0x1301, PurposeRoom = 0x1302, PurposeCooking = 0x1303, PurposeSteam = 0x1304;

    /// <summary>Of Alpert's correlation of a ceiling jet, kelvin metre^5/3 kW^-2/3; textbook (Alpert 1972).</summary>
    private const double CeilingJet = 16.9;

    /// <summary>dB in one unit of optical density, by definition of the decibel.</summary>
    private const double DecibelPerDensity = 10;

    private static readonly double HeightFactor = CeilingJet / Math.Pow(Ceiling, 5.0 / 3);

    public override string Kind => Name;

    public override IReadOnlyList<SimulatedQuantity> Quantities { get; } =
    [
        new("smoke", "dB/m", 3, 0.001,
            "scattered light, in the unit of EN 54-7; noise of a fiftieth of the least level that it is tested at, resolution, and a range above the thickest smoke here: assumption",
            Minimum: 0, Maximum: 20),
        new("alarm", "", 0, 0, "the detector's own alarm, on or off; level and time: assumption, see its model", IsBoolean: true, Minimum: 0, Maximum: 1),
        new("temperature", "Cel", 1, 0.1,
            "thermistor; noise and resolution typical of the field; range: a real one is gone long before 1000, but the truth of a fire is not to be cut off: assumption", Minimum: -40, Maximum: 1000),
        new("battery", "%EL", 0, 0.3, "battery gauge; range by definition of the unit (RFC 8428), noise below its resolution of 1 %: assumption", Minimum: 0, Maximum: 100),
    ];

    public override int MovingQuantity => Temperature;

    public override double FadeSeconds(Sort sort) => GoneSeconds;

    public override void Sample(ulong seed, double time, ReadOnlySpan<Ailment> ailments, Span<double> values)
    {
        var smoke = SmokeAt(seed, time, ailments);
        values[Smoke] = smoke;
        values[Alarm] = smoke >= AlarmLevel && SmokeAt(seed, time - (ConfirmSeconds / 2), ailments) >= AlarmLevel
            && SmokeAt(seed, time - ConfirmSeconds, ailments) >= AlarmLevel ? 1 : 0;
        var temperature = RoomMean + (RoomSpread * ((2 * Chance.Uniform(seed, Difference, 0)) - 1)) + (RoomSwing * Course.Season(time))
            + (RoomDaily * Course.Wander(seed, PurposeRoom, time, RoomSeconds));
        var battery = LeastBattery + (BatterySpread * Chance.Uniform(seed, Difference, 1));
        var heat = 0.0;
        foreach (var ailment in ailments)
        {
            switch (ailment.Sort.Name)
            {
                case Smouldering:
                    heat = Math.Max(heat, SmoulderHeat * ailment.Severity * Course.Approach(ailment, time, SmoulderSeconds, CooledSeconds));
                    break;
                case FastFire:
                    heat = Math.Max(heat, FireHeat(ailment, time));
                    break;
                case Cooking:
                    heat = Math.Max(heat, CookingHeat * ailment.Severity * Course.Approach(ailment, time, KitchenSeconds, KitchenSeconds));
                    break;
                case BatteryLow:
                    battery *= 1 - (BatteryLoss * ailment.Severity * Course.Approach(ailment, time, BatterySeconds, RenewedSeconds));
                    break;
            }
        }

        values[Temperature] = temperature + heat;
        values[Battery] = battery;
    }

    private static double SmokeAt(ulong seed, double time, ReadOnlySpan<Ailment> ailments)
    {
        var smoke = CleanAir + (CleanAirSpread * Chance.Uniform(seed, Difference, 2)) + (AirWander * Course.Wander(seed, PurposeAir, time, AirSeconds));
        foreach (var ailment in ailments)
        {
            var age = ailment.Age(time);
            smoke += ailment.Sort.Name switch
            {
                Smouldering => SmoulderSmoke * ailment.Severity * Square(Math.Clamp(Course.Into(ailment, time) / SmoulderSeconds, 0, 1))
                    * Course.Rest(ailment, time, AiredSeconds),
                FastFire => FireSmoke(ailment, time),
                Cooking when age >= 0 => Puff(seed, PurposeCooking, time, CookingSlice, CookingWidth) * (CookingLeast + (CookingSmoke * ailment.Severity)),
                Steam when age >= 0 => Puff(seed, PurposeSteam, time, SteamSlice, SteamWidth) * SteamSmoke * ailment.Severity,
                Dust when age >= 0 => Math.Min(MostDust, age / Course.DaySeconds * DustPerDay * ailment.Severity),
                _ => 0,
            };
        }

        return smoke;
    }

    private static double Growth(double severity) => SlowGrowth * Math.Pow(GrowthRange, severity);

    /// <summary>What has burnt, as smoke spread evenly over the room: 10 times the optical density is dB/m. A slight fire runs out of fuel.</summary>
    private static double FireSmoke(Ailment fire, double time)
    {
        var into = Course.Into(fire, time);
        var burnt = into <= 0 ? 0 : Growth(fire.Severity) * into * into * into / 3 / HeatOfCombustion;
        return Math.Min(MostSmoke * fire.Severity, DecibelPerDensity * MassOpticalDensity * burnt / RoomVolume) * Course.Rest(fire, time, AiredSeconds);
    }

    private static double FireHeat(Ailment fire, double time)
    {
        var into = Math.Max(0, Course.Into(fire, time - ThermistorSeconds));
        var release = Math.Min(MostHeatRelease * fire.Severity, Growth(fire.Severity) * into * into);
        return Math.Min(MostHeat, HeightFactor * Math.Cbrt(release * release)) * Course.Rest(fire, time, CooledSeconds);
    }

    /// <summary>A bell of smoke in each slice, at a moment and of a size that are drawn; 0 to 1.</summary>
    private static double Puff(ulong seed, uint purpose, double time, double slice, double width)
    {
        var number = (long)Math.Floor(time / slice);
        var middle = (number + PuffFrom + (PuffSpread * Chance.Uniform(seed, purpose, number * 2))) * slice;
        return (LeastPuff + ((1 - LeastPuff) * Chance.Uniform(seed, purpose, (number * 2) + 1))) * Math.Exp(-0.5 * Square((time - middle) / width));
    }

    private static double Square(double x) => x * x;
}
