namespace PingAnIoT.Simulators;

/// <summary>
/// One charge of a car: constant current, then a taper by e-folds at constant voltage down to a twentieth. How much a pile charges in a day is drawn such
/// that the days add up in closed form, so the meter needs no memory; a day's energy goes into one of four slots of the day, or is shared by two.
/// </summary>
/// <param name="Begin">Unix seconds.</param>
/// <param name="Amperes">Of the constant part.</param>
/// <param name="ConstantSeconds">How long that is.</param>
/// <param name="TaperSeconds">E-fold of the taper.</param>
/// <param name="Energy">kWh in all.</param>
public readonly record struct ChargeSession(double Begin, double Amperes, double ConstantSeconds, double TaperSeconds, double Energy)
{
    /// <summary>V by which the meter's closed form counts; nominal voltage of GB/T 12325.</summary>
    public const double NominalVolts = 220;

    /// <summary>kWh a day on average: assumption, a shared pile in a block of flats. A day has 0 to twice of it.</summary>
    private const double DailyEnergy = 12;

    /// <summary>A: 7 kW and 3.3 kW at 220 V (GB/T 18487.1, alternating current piles); share of the smaller among short charges: assumption.</summary>
    private const double FullAmperes = 32, HalfAmperes = 16, HalfShare = 0.4, HalfMost = 10;

    /// <summary>E-fold of the taper in seconds, and the most of a charge that it takes; assumption. It ends after three e-folds, at a twentieth.</summary>
    private const double Taper = 400, TaperShare = 0.3, TaperFolds = 3;

    /// <summary>Chance that a day's energy goes into one charge; else the least and the spread of the first one's share; assumption.</summary>
    private const double OneChargeShare = 0.5, FirstShare = 0.3, FirstShareSpread = 0.4;

    /// <summary>Shares of the charges by the end of night, morning and afternoon, the rest are in the evening; assumption: cars come home.</summary>
    private const double ByMorning = 0.3, ByNoon = 0.42, ByEvening = 0.6;

    /// <summary>Ws in a kWh, by definition.</summary>
    private const double WattSeconds = 3.6e6;

    /// <summary>Quarters of a day into which charges go, by definition of <see cref="SlotSeconds"/>.</summary>
    private const int Slots = 4;

    /// <summary>Of a day: numbers drawn for it; by definition of <see cref="Of"/>.</summary>
    private const int Draws = 4;

    /// <summary>The current ramps up in this many seconds; assumption.</summary>
    private const double RampSeconds = 10;

    /// <summary>Seconds at both ends of a slot, so that two charges never touch; and of a slot, a quarter of a day; assumption.</summary>
    private const double Pause = 120, SlotSeconds = 6 * 3600;

    /// <summary>2020-01-01: meters count from about then; assumption.</summary>
    private const long FirstDay = 18_262;

    private const uint PurposeDay = 0x1401, PurposeSlot = 0x1402, PurposeCharge = 0x1403;

    private static double TaperPart { get; } = 1 - Math.Exp(-TaperFolds);

    public double Seconds => ConstantSeconds + (TaperFolds * TaperSeconds);

    /// <summary>kWh of all days before a local day.</summary>
    public static double EnergyBefore(ulong seed, long day) => DailyEnergy * (day - FirstDay + Chance.Uniform(seed, PurposeDay, day));

    /// <summary>One of the two charges of a local day; its energy may be 0.</summary>
    public static ChargeSession Of(ulong seed, long day, int which)
    {
        var energy = EnergyBefore(seed, day + 1) - EnergyBefore(seed, day);
        var first = SlotOf(Chance.Uniform(seed, PurposeSlot, day * Draws));
        var share = Chance.Uniform(seed, PurposeSlot, (day * Draws) + 1) < OneChargeShare ? 1 : FirstShare + (FirstShareSpread * Chance.Uniform(seed, PurposeSlot, (day * Draws) + 2));
        var slot = which == 0 ? first : (first + 1 + (int)((Slots - 1) * Chance.Uniform(seed, PurposeSlot, (day * Draws) + 3))) % Slots;
        energy *= which == 0 ? share : 1 - share;
        var charge = (day * Draws) + (which * 2);
        var amperes = energy < HalfMost && Chance.Uniform(seed, PurposeCharge, charge) < HalfShare ? HalfAmperes : FullAmperes;
        var full = energy * WattSeconds / (NominalVolts * amperes);
        var taper = Math.Min(Taper, TaperShare * full);
        var constant = full - (taper * TaperPart);
        var room = SlotSeconds - (2 * Pause) - constant - (TaperFolds * taper);
        var begin = (day * Course.DaySeconds) - Course.ZoneSeconds + (slot * SlotSeconds) + Pause + (room * Chance.Uniform(seed, PurposeCharge, charge + 1));
        return new ChargeSession(begin, amperes, constant, taper, energy);
    }

    /// <summary>Night, morning, afternoon, evening.</summary>
    private static int SlotOf(double chance) => chance switch { < ByMorning => 0, < ByNoon => 1, < ByEvening => 2, _ => 3 };

    public bool IsOn(double time) => time >= Begin && time < Begin + Seconds;

    public double CurrentAt(double time)
    {
        var into = time - Begin;
        return !IsOn(time) ? 0
            : into < ConstantSeconds ? Amperes * Math.Min(1, into / RampSeconds)
            : Amperes * Math.Exp((ConstantSeconds - into) / TaperSeconds);
    }

    /// <summary>kWh delivered until a moment.</summary>
    public double EnergyAt(double time)
    {
        var into = time - Begin;
        if (into <= 0)
        {
            return 0;
        }

        var taper = into > ConstantSeconds ? TaperSeconds * (1 - Math.Exp((ConstantSeconds - into) / TaperSeconds)) : 0;
        return into >= Seconds ? Energy : NominalVolts * Amperes * (Math.Min(into, ConstantSeconds) + taper) / WattSeconds;
    }

    /// <summary>
    /// Degrees above the air that the square of the current heats a contact to, with a thermal lag: dT/dt = (R I^2 - T) / lag, solved for each part.
    /// </summary>
    /// <param name="time">Unix seconds.</param>
    /// <param name="fullRise">Degrees at 32 A for ever.</param>
    /// <param name="lag">Thermal time constant in seconds.</param>
    public double RiseAt(double time, double fullRise, double lag)
    {
        var into = time - Begin;
        if (into <= 0 || Energy <= 0)
        {
            return 0;
        }

        var steady = fullRise * Amperes * Amperes / (FullAmperes * FullAmperes);
        var rise = steady * (1 - Math.Exp(-Math.Min(into, ConstantSeconds) / lag));
        var tapered = Math.Min(into - ConstantSeconds, TaperFolds * TaperSeconds);
        if (tapered > 0)
        {
            // The particular solution follows the square of the taper; there is one, as no taper lasts twice a lag.
            var driven = steady / (1 - (2 * lag / TaperSeconds));
            rise = (driven * Math.Exp(-2 * tapered / TaperSeconds)) + ((rise - driven) * Math.Exp(-tapered / lag));
        }

        return into > Seconds ? rise * Math.Exp((Seconds - into) / lag) : rise;
    }
}
