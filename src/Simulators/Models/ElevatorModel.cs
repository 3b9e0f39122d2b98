using System.Collections.Immutable;

namespace PingAnIoT.Simulators;

/// <summary>
/// A passenger lift in a block of flats: trips with a trapezoid of speed, doors, people, vibration, where it stops against the landing, and the code its
/// controller shows (0 is none).
/// </summary>
public sealed class ElevatorModel() : PhysicalModel(
    new Danger(
        new Sort(Entrapment, Name, Nature.Incident, AlertClass.Red, 0.4, 900, 3600,
            "The car stops between two floors with people in it and its door shut.", "assumption, typical of the field; rate: assumption"),
        "people shut in for 20 s, by which the lift's own device knows it: assumption", 6, (_, v, _) => v[Trapped] > 0.5),
    new Danger(
        new Sort(DoorHeld, Name, Nature.Incident, AlertClass.Yellow, 0.4, 300, 1800,
            "Something keeps the car door from closing.", "assumption, typical of the field; rate: assumption"),
        "door open for 120 s: field practice", 4, (_, v, _) => v[DoorOpen] > 0.5) { HoldSeconds = 120 },
    new Danger(
        new Sort(MovesOpen, Name, Nature.Incident, AlertClass.Red, 0.2, 1800, 3 * 3600,
            "The door contact is bridged: the car runs with its door open, at low severity creeping.", "assumption, typical of the field; rate: assumption"),
        "door open above 0.3 m/s: EN 81-20 (GB/T 7588.1-2020) lets a car re-level with open doors up to 0.3 m/s", 4,
        (_, v, _) => v[DoorOpen] > 0.5 && Math.Abs(v[Speed]) > ReLevelSpeed),
    new Danger(
        new Sort(Overspeed, Name, Nature.Incident, AlertClass.Yellow, 0.2, 1800, 6 * 3600,
            "The drive no longer holds its speed, and the governor does not act.", "assumption, typical of the field; rate: assumption"),
        "115 % of the rated speed: EN 81-20 (GB/T 7588.1-2020), where a governor may begin to act", 1,
        (seed, v, _) => Math.Abs(v[Speed]) > GovernorShare * LiftRide.RatedSpeed(seed)),
    new Danger(
        new Sort(LevelOffset, Name, Nature.Incident, AlertClass.Green, 0.2, 6 * 3600, 24 * 3600,
            "The brake slips or the landing's vane has moved: the car stops above or below the landing.", "assumption, typical of the field; rate: assumption"),
        "20 mm off while it stands: EN 81-20 (GB/T 7588.1-2020), to which levelling must be kept", 3,
        (_, v, _) => v[Speed] == 0 && Math.Abs(v[Offset]) > LevellingLimit) { HoldSeconds = 20, StepSeconds = 5 },
    new Danger(
        new Sort(Shaking, Name, Nature.Incident, AlertClass.Green, 0.2, 3 * 3600, 12 * 3600,
            "A guide shoe is worn or a rail joint has opened: the car shakes while it runs.", "assumption, typical of the field; rate: assumption"),
        "1.2 m/s2 for 10 s: four times what GB/T 10058-2009 lets a new lift's vertical vibration be (0.30 m/s2); the four and the 10 s: assumption", 2,
        (_, v, _) => v[Vibration] > ShakingLimit) { HoldSeconds = 10 },
    new Danger(
        new Sort(FaultCode, Name, Nature.Incident, AlertClass.Yellow, 0.4, 300, 2 * 3600,
            "The controller shows a fault.", "codes 1-8: field practice; rate: assumption"),
        "a code 1-8 for 5 s: field practice", 7, (_, v, _) => v[Code] is >= 1 and <= 8) { HoldSeconds = 5 },
    new Danger(
        new Sort(EventCode, Name, Nature.Incident, AlertClass.Green, 0.4, 300, 2 * 3600,
            "The controller shows an operating event: inspection, fire service, loss of power.", "codes 40-47 and 90: field practice; rate: assumption"),
        "a code 40-47 or 90 for 5 s: field practice", 7, (_, v, _) => v[Code] is (>= 40 and <= 47) or 90) { HoldSeconds = 5 })
{
    public const string Name = "elevator", Entrapment = "entrapment", DoorHeld = "door-held", MovesOpen = "moves-open", Overspeed = "overspeed",
        LevelOffset = "level-offset", Shaking = "shaking", FaultCode = "fault-code", EventCode = "event-code";

    private const int Speed = 0, Vibration = 1, Offset = 2, DoorOpen = 3, Occupied = 4, Trapped = 5, Code = 6;

    /// <summary>m/s, share of the rated speed, mm and m/s2 from which on it is dangerous: the limits above, with their sources.</summary>
    private const double ReLevelSpeed = 0.3, GovernorShare = 1.15, LevellingLimit = 20, ShakingLimit = 1.2;

    /// <summary>m/s and m2/s2 of the speed v at which the governor must have acted, 1.25 v + 0.25 / v; EN 81-20 (GB/T 7588.1-2020).</summary>
    private const double TripShare = 1.25, TripReserve = 0.25;

    /// <summary>m/s2 at rest (the street, the neighbours), added at full speed, how much it wanders and in what time; assumption, below what GB/T 10058-2009 lets a new lift have.</summary>
    private const double RestVibration = 0.04, RunVibration = 0.16, VibrationWander = 0.03, VibrationSeconds = 2;

    /// <summary>mm by which a landing's vane is off at most; EN 81-20 (GB/T 7588.1-2020): stopping accuracy 10 mm.</summary>
    private const double StoppingAccuracy = 8;

    /// <summary>Of the worst: share of speed too much, m/s2 of shaking, mm off the landing; assumptions.</summary>
    private const double WorstOverspeed = 0.45, WorstShaking = 4, WorstOffset = 150;

    /// <summary>Of the shaking: share that is always there, share that comes and goes, and in what time; assumption: joint by joint, five metres of rail at rated speed take seconds.</summary>
    private const double SteadyShaking = 0.85, UnsteadyShaking = 0.15, ShakingSeconds = 0.5;

    /// <summary>Least share of its speed at which a car runs with its door open: creeping; assumption.</summary>
    private const double CreepingShare = 0.05;

    /// <summary>Chance that somebody stands in a car whose door is held; assumption.</summary>
    private const double HeldOccupied = 0.5;

    /// <summary>What a controller shows: how many fault codes there are, from 1 on; how many event codes from 40 on, and the one beyond; field practice.</summary>
    private const int FaultCodes = 8, FirstEventCode = 40, EventCodes = 8, LastEventCode = 90;

    /// <summary>Within what time of people being shut in the lift's own device says so; assumption.</summary>
    private const double TrappedSeconds = 20;

    /// <summary>Below this severity a car stands, or a code shows, only for a short time: this many seconds per severity; assumption.</summary>
    private const double Slight = 0.1, SlightSeconds = 150, SlightCodeSeconds = 40;

    /// <summary>Seconds for which the worst obstacle holds a door; assumption.</summary>
    private const double HeldSeconds = 1800;

    /// <summary>mm between car and landing when it stops between floors, least and spread; assumption: half a storey at most.</summary>
    private const double BetweenFloors = 300, BetweenFloorsSpread = 1100;

    private const uint PurposeLanding = 0x1210, PurposeVibration = 0x1211, PurposeOffset = 0x1212, PurposeStop = 0x1213, PurposeCode = 0x1214, PurposeHeld = 0x1215;

    public override string Kind => Name;

    public override IReadOnlyList<SimulatedQuantity> Quantities { get; } =
    [
        new("speed", "m/s", 2, 0.005, "encoder on the governor's rope; range four times the fastest lift here, noise and resolution: assumption", Minimum: -10, Maximum: 10),
        new("vibration", "m/s2", 2, 0.02,
            "accelerometer of 2 g, the least range that they are sold with; noise of 2 mg, resolution: assumption, typical of the small ones", Minimum: 0, Maximum: 20),
        new("level-offset", "mm", 0, 0.6,
            "magnet strip beside the landing, or a laser below the car; range more than half a storey, noise below the millimetre of its resolution: assumption", Minimum: -2000, Maximum: 2000),
        new("door-open", "", 0, 0, "door contact: open or not; that it never bounces: assumption", IsBoolean: true, Minimum: 0, Maximum: 1),
        new("occupied", "", 0, 0, "infrared in the car: somebody or nobody; that it never errs: assumption", IsBoolean: true, Minimum: 0, Maximum: 1),
        new("trapped", "", 0, 0, "the lift's own device says so or not; when: assumption, see its model", IsBoolean: true, Minimum: 0, Maximum: 1),
        new("fault-code", "", 0, 0, "the controller's number; range of one 16-bit register (Modbus), without noise: assumption", Minimum: 0, Maximum: 65_535),
    ];

    public override int MovingQuantity => Vibration;

    /// <summary>From where a governor may begin to act to where it must have acted (EN 81-20, GB/T 7588.1-2020: 1.25 v + 0.25 / v).</summary>
    public override IReadOnlyDictionary<string, double> SetPoints(ulong seed)
    {
        var rated = LiftRide.RatedSpeed(seed);
        var (yellow, red) = (Math.Round(GovernorShare * rated, 3), Math.Round((TripShare * rated) + (TripReserve / rated), 3));
        return ImmutableDictionary.CreateRange<string, double>(
        [
            new("overspeed-up-yellow", yellow), new("overspeed-up-red", red), new("overspeed-down-yellow", -yellow), new("overspeed-down-red", -red),
        ]);
    }

    public override void Sample(ulong seed, double time, ReadOnlySpan<Ailment> ailments, Span<double> values)
    {
        var ride = LiftRide.At(seed, time);
        values[Speed] = ride.Speed;
        values[Vibration] = RestVibration + (RunVibration * Math.Abs(ride.Speed) / LiftRide.RatedSpeed(seed))
            + (VibrationWander * Course.Wander(seed, PurposeVibration, time, VibrationSeconds));
        values[Offset] = ((2 * Chance.Uniform(seed, PurposeLanding, ride.Floor)) - 1) * StoppingAccuracy;
        values[DoorOpen] = ride.IsDoorOpen ? 1 : 0;
        values[Occupied] = ride.IsOccupied ? 1 : 0;
        values[Trapped] = 0;
        values[Code] = 0;
        foreach (var ailment in ailments)
        {
            if (ailment.Age(time) >= 0)
            {
                Ail(seed, ride, ailment, time, values);
            }
        }

        // What stops the car wins over how it runs, whatever the order in which they came.
        foreach (var ailment in ailments)
        {
            if (ailment.Age(time) >= 0)
            {
                Stop(seed, ailment, ailment.Age(time), values);
            }
        }
    }

    /// <summary>What changes how it runs.</summary>
    private static void Ail(ulong seed, LiftRide ride, Ailment ailment, double time, Span<double> values)
    {
        var (severity, chance) = (ailment.Severity, (long)ailment.Onset);
        switch (ailment.Sort.Name)
        {
            case MovesOpen when ride.Speed != 0:
                values[DoorOpen] = 1;
                values[Speed] *= Math.Max(CreepingShare, severity);
                break;
            case Overspeed:
                values[Speed] *= 1 + (WorstOverspeed * severity);
                break;
            case LevelOffset:
                values[Offset] += ((2 * Chance.Uniform(seed, PurposeOffset, chance ^ ride.Floor)) - 1) * WorstOffset * severity;
                break;
            case Shaking:
                values[Vibration] += WorstShaking * severity * Math.Min(1, Math.Abs(ride.Speed)) * (SteadyShaking + (UnsteadyShaking * Course.Wander(seed, PurposeVibration, time, ShakingSeconds)));
                break;
            case FaultCode when IsShown(ailment, time):
                values[Code] = 1 + (int)(FaultCodes * Chance.Uniform(seed, PurposeCode, chance));
                break;
            case EventCode when IsShown(ailment, time):
                var number = (int)((EventCodes + 1) * Chance.Uniform(seed, PurposeCode, chance));
                values[Code] = number == EventCodes ? LastEventCode : FirstEventCode + number;
                break;
        }
    }

    private static bool IsShown(Ailment ailment, double time) => ailment.Severity >= Slight || ailment.Age(time) < ailment.Severity * SlightCodeSeconds;

    /// <summary>What makes it stand.</summary>
    private static void Stop(ulong seed, Ailment ailment, double age, Span<double> values)
    {
        var chance = (long)ailment.Onset;
        switch (ailment.Sort.Name)
        {
            case Entrapment when ailment.Severity >= Slight || age < ailment.Severity * SlightSeconds:
                values[Speed] = 0;
                values[DoorOpen] = 0;
                values[Occupied] = 1;
                values[Trapped] = age >= TrappedSeconds ? 1 : 0;
                values[Vibration] = RestVibration;
                var between = BetweenFloors + (BetweenFloorsSpread * Chance.Uniform(seed, PurposeStop, chance));
                values[Offset] = Chance.Uniform(seed, PurposeStop, ~chance) < 0.5 ? between : -between;
                break;
            case DoorHeld when age < ailment.Severity * HeldSeconds && values[Trapped] == 0:
                values[Speed] = 0;
                values[DoorOpen] = 1;
                values[Occupied] = Chance.Uniform(seed, PurposeHeld, chance) < HeldOccupied ? 1 : 0;
                values[Vibration] = RestVibration;
                break;
        }
    }
}
