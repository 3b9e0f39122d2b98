namespace PingAnIoT.Simulators;

/// <summary>
/// A 7 kW alternating-current pile in a block of flats: charges of cars, contacts that warm with the square of the current behind a thermal lag, leakage,
/// meter. The meter counts the charges of its plan; what an overload draws beyond them it does not see.
/// </summary>
public sealed class ChargingPileModel() : PhysicalModel(
    new Danger(
        new Sort(LooseContact, Name, Nature.Incident, AlertClass.Yellow, 0.3, 2 * 86_400, 5 * 86_400,
            "A contact is loose: while it charges it heats with the square of the current, and the current drops out now and then.",
            "heat of a contact's resistance (textbook); size: assumption; rate: assumption"),
        "75 degrees Celsius, where piles begin to throttle: assumption, typical of the field", 3, (_, v, _) => v[Temperature] >= ThrottleLimit)
        { StepSeconds = 10, IsSmooth = true },
    new Danger(
        new Sort(ThermalRunaway, Name, Nature.Incident, AlertClass.Red, 0.1, 900, 3600,
            "A battery at the pile heats itself ever faster and takes fire.",
            "self-heating that doubles again and again, GB 38031-2020 speaks of runaway from 1 degree/s; course: assumption; rate: assumption"),
        "90 degrees Celsius: what the cores of charging cables are rated for, assumption, typical of the field", 3, (_, v, _) => v[Temperature] >= CableLimit)
        { IsSmooth = true },
    new Danger(
        new Sort(Overload, Name, Nature.Incident, AlertClass.Green, 0.4, 1800, 4 * 3600,
            "A car draws more than the pile may give, and the pile does not stop it.", "assumption, typical of the field; rate: assumption"),
        "110 % of 32 A for 5 s: GB/T 18487.1 lets a pile cut off there", 1, (_, v, _) => v[Current] > OverloadShare * RatedCurrent) { HoldSeconds = 5, IsSmooth = true },
    new Danger(
        new Sort(LeakageCurrent, Name, Nature.Incident, AlertClass.Red, 0.3, 1800, 12 * 3600,
            "Water in the plug or a chafed cable: current leaks to earth, and the residual current device does not act.", "assumption, typical of the field; rate: assumption"),
        "30 mA: residual operating current for the protection of persons (GB/T 18487.1, IEC 61851-1)", 4, (_, v, _) => v[Leakage] > ShockLimit) { IsSmooth = true })
{
    public const string Name = "charging-pile", ThermalRunaway = "thermal-runaway", Overload = "overload", LooseContact = "loose-contact",
        LeakageCurrent = "leakage-current";

    private const int Current = 0, Voltage = 1, Temperature = 2, Leakage = 3, Power = 4, Energy = 5, Charging = 6;

    /// <summary>Degrees, degrees, mA and share of the rated current from which on it is dangerous: the limits above, with their sources.</summary>
    private const double CableLimit = 90, ThrottleLimit = 75, ShockLimit = 30, OverloadShare = 1.1;

    /// <summary>A: 7 kW at 220 V (GB/T 18487.1).</summary>
    private const double RatedCurrent = 32;

    /// <summary>V: idle, wander and in what time, lost at peak demand, and ohms of the supply; within GB/T 12325 (220 V, +7 % to -10 %); values: assumption.</summary>
    private const double IdleVoltage = 226, VoltageWander = 3, VoltageSeconds = 120, PeakDip = 4, SupplyOhms = 0.1;

    /// <summary>Air in a garage in degrees Celsius: mean, half the yearly swing, what it wanders in the day and in what time; assumption, eastern China.</summary>
    private const double AirMean = 17, AirSwing = 11, AirDaily = 2, AirSeconds = 3 * 3600;

    /// <summary>
    /// Degrees above the air at 32 A, thermal lag in seconds, and after how many lags a charge is forgotten (e^-8 is 0.03 %); below the 50 K that GB/T 20234.1 lets a
    /// terminal rise; values: assumption.
    /// </summary>
    private const double ContactRise = 18, ContactLag = 900, WarmLags = 8;

    /// <summary>Degrees the worst loose contact adds at 32 A, its lag, the share of the current that drops out, and for how long at a time; assumption.</summary>
    private const double LooseRise = 85, LooseLag = 400, LooseDrop = 0.6, LooseSeconds = 5;

    /// <summary>mA of the filters of pile and car: least, spread, wander and in what time; and of the worst leak, with its growth and its end in seconds; assumption.</summary>
    private const double FilterLeakage = 0.6, FilterSpread = 1.2, LeakageWander = 0.2, FilterSeconds = 300, WorstLeakage = 90, LeakageSeconds = 300, UnpluggedSeconds = 5;

    /// <summary>Share by which the worst overload is above rated; assumption.</summary>
    private const double WorstOverload = 0.7;

    /// <summary>
    /// Runaway: degrees at its beginning and e-fold in seconds (from about 100 degrees on above 1 degree/s), the worst it reaches, seconds until the car's
    /// own guard stops the charge, and seconds in which the fire brigade cools it; assumption.
    /// </summary>
    private const double RunawaySeed = 4, RunawayFold = 90, RunawayMost = 650, RunawayStop = 60, RunawayCooled = 240;

    /// <summary>E-folds after which a runaway has long reached its worst and is counted no further; e^10 seeds are 88,000 degrees, far above <see cref="RunawayMost"/>; assumption.</summary>
    private const double RunawayFolds = 10;

    /// <summary>kWh by which meters in use differ, some five years of charging; assumption.</summary>
    private const double MeterSpread = 20_000;

    /// <summary>Seconds after which neither heat nor leakage shows any more; assumption: four thermal lags.</summary>
    private const double GoneSeconds = 3600;

    private const uint Difference = 0x1410, PurposeVoltage = 0x1411, PurposeAir = 0x1412, PurposeLeakage = 0x1413, PurposeDrop = 0x1414;

    public override string Kind => Name;

    public override IReadOnlyList<SimulatedQuantity> Quantities { get; } =
    [
        new("current", "A", 1, 0.05,
            "electricity meter; range three times the rated current, noise and resolution within the 1 % of a meter of class 1 (IEC 62053-21) at 32 A: assumption", Minimum: 0, Maximum: 100),
        new("voltage", "V", 1, 0.3, "the same meter; range twice the nominal 220 V and more, noise of 0.15 %, resolution: assumption", Minimum: 0, Maximum: 500),
        new("temperature", "Cel", 1, 0.1,
            "thermistor at the contacts; noise and resolution typical of the field; range: a real one is gone long before 1000, but the truth of a fire is not to be cut off: assumption", Minimum: -40, Maximum: 1000),
        new("leakage", "mA", 1, 0.1, "residual current transformer; range that shows a plain fault to earth, noise and resolution of 0.1 mA, far below the 30 mA: assumption", Minimum: 0, Maximum: 500),
        new("power", "kW", 2, 0.01, "the same meter; range four times 7 kW, noise of 0.15 % at full load, resolution: assumption", Minimum: 0, Maximum: 30),
        new("energy", "kWh", 2, 0, "the meter's counter: six digits and two, so its range and its resolution; a count has no noise: assumption", Minimum: 0, Maximum: 999_999.99, IsCounter: true),
        new("charging", "", 0, 0, "the pile's own state: charging or not; without delay: assumption", IsBoolean: true, Minimum: 0, Maximum: 1),
    ];

    public override int MovingQuantity => Voltage;

    public override double FadeSeconds(Sort sort) => GoneSeconds;

    public override void Sample(ulong seed, double time, ReadOnlySpan<Ailment> ailments, Span<double> values)
    {
        var day = Course.Day(time);
        var (first, second) = (ChargeSession.Of(seed, day, 0), ChargeSession.Of(seed, day, 1));
        var current = first.CurrentAt(time) + second.CurrentAt(time);
        var isCharging = first.IsOn(time) || second.IsOn(time);
        var loose = 0.0;
        foreach (var ailment in ailments)
        {
            var age = ailment.Age(time);
            switch (ailment.Sort.Name)
            {
                case Overload when age >= 0:
                    (current, isCharging) = (Math.Max(current, RatedCurrent * (1 + (WorstOverload * ailment.Severity))), true);
                    break;
                case LooseContact when age >= 0:
                    loose = Math.Max(loose, ailment.Severity);
                    break;
            }
        }

        // A runaway's car stops its charge, whatever else goes on.
        foreach (var ailment in ailments)
        {
            if (ailment.Sort.Name == ThermalRunaway && ailment.Age(time) >= RunawayStop)
            {
                (current, isCharging) = (0, false);
            }
        }

        current *= 1 - (loose * LooseDrop * Chance.Uniform(seed, PurposeDrop, (long)Math.Floor(time / LooseSeconds)));
        var voltage = IdleVoltage + (VoltageWander * Course.Wander(seed, PurposeVoltage, time, VoltageSeconds)) - (PeakDip * Course.Demand(time)) - (SupplyOhms * current);
        values[Current] = current;
        values[Voltage] = voltage;
        values[Temperature] = TemperatureAt(seed, time, first, second, ailments);
        values[Leakage] = LeakageAt(seed, time, ailments);
        values[Power] = current * voltage / 1000;
        values[Energy] = (Chance.Uniform(seed, Difference, 0) * MeterSpread) + Math.Max(0, ChargeSession.EnergyBefore(seed, day) + first.EnergyAt(time) + second.EnergyAt(time));
        values[Charging] = isCharging ? 1 : 0;
    }

    private static double LeakageAt(ulong seed, double time, ReadOnlySpan<Ailment> ailments)
    {
        var leakage = FilterLeakage + (FilterSpread * Chance.Uniform(seed, Difference, 1)) + (LeakageWander * Course.Wander(seed, PurposeLeakage, time, FilterSeconds));
        foreach (var ailment in ailments)
        {
            leakage += ailment.Sort.Name == LeakageCurrent ? WorstLeakage * ailment.Severity * Course.Approach(ailment, time, LeakageSeconds, UnpluggedSeconds) : 0;
        }

        return leakage;
    }

    private static double TemperatureAt(ulong seed, double time, in ChargeSession first, in ChargeSession second, ReadOnlySpan<Ailment> ailments)
    {
        var rise = RiseAt(seed, time, first, second, ContactRise, ContactLag);
        var (overload, runaway) = (0.0, 0.0);
        foreach (var ailment in ailments)
        {
            var severity = ailment.Severity;
            switch (ailment.Sort.Name)
            {
                case LooseContact when time >= ailment.Onset:
                    rise += severity * RiseAt(seed, time, first, second, LooseRise, LooseLag) * Course.Approach(ailment, time, LooseLag, LooseLag);
                    break;
                case Overload:
                    overload = Math.Max(overload, ContactRise * (1 + (WorstOverload * severity)) * (1 + (WorstOverload * severity))
                        * Course.Approach(ailment, time, ContactLag, ContactLag));
                    break;
                case ThermalRunaway when time >= ailment.Onset:
                    var grown = RunawaySeed * (Math.Exp(Math.Min(Course.Into(ailment, time) / RunawayFold, RunawayFolds)) - 1);
                    runaway = Math.Max(runaway, Math.Min(RunawayMost * severity, grown) * Course.Rest(ailment, time, RunawayCooled));
                    break;
            }
        }

        return AirMean + (AirSwing * Course.Season(time)) + (AirDaily * Course.Wander(seed, PurposeAir, time, AirSeconds)) + Math.Max(rise, overload) + runaway;
    }

    /// <summary>Of both charges of the day, and of those of the day before while they may still be warm.</summary>
    private static double RiseAt(ulong seed, double time, in ChargeSession first, in ChargeSession second, double fullRise, double lag)
    {
        var rise = first.RiseAt(time, fullRise, lag) + second.RiseAt(time, fullRise, lag);
        if (Course.SecondsOfDay(time) < WarmLags * lag)
        {
            var before = Course.Day(time) - 1;
            rise += ChargeSession.Of(seed, before, 0).RiseAt(time, fullRise, lag) + ChargeSession.Of(seed, before, 1).RiseAt(time, fullRise, lag);
        }

        return rise;
    }
}
