namespace PingAnIoT.Simulators;

/// <summary>
/// What a healthy lift does at a moment. Time goes in slots, each with at most one trip: from the floor it has at the slot's beginning to the one it has
/// at the next; both are drawn, and the less is asked for, the likelier they are the ground floor, where a lift parks. So trips join without a memory.
/// </summary>
/// <param name="Speed">m/s, up is positive.</param>
/// <param name="IsDoorOpen">At a landing, people going in or out.</param>
/// <param name="IsOccupied">Someone is in the car.</param>
/// <param name="Floor">Where it is or was last; 0 is the ground floor.</param>
public readonly record struct LiftRide(double Speed, bool IsDoorOpen, bool IsOccupied, int Floor)
{
    /// <summary>Seconds; longer than boarding, the longest trip and leaving together; assumption.</summary>
    private const double SlotSeconds = 80;

    /// <summary>Chance that a slot begins away from the ground floor, at no demand and what the peak adds; assumption: 30 trips in the busiest hour.</summary>
    private const double AwayAtRest = 0.01, AwayAtPeak = 0.6;

    /// <summary>A trip with nobody in it: the lift is called, or parks; assumption.</summary>
    private const double EmptyShare = 0.25;

    /// <summary>m/s2 with people in the car; assumption, typical of the field (comfort: 0.5 to 1.2).</summary>
    private const double Acceleration = 0.8;

    /// <summary>m between landings; assumption, homes.</summary>
    private const double Storey = 3;

    /// <summary>Seconds: waits before it opens, least and spread; door open, least and spread; between door and motion. Assumptions, typical of the field.</summary>
    private const double Wait = 2, WaitSpread = 6, Dwell = 6, DwellSpread = 6, Lock = 1;

    /// <summary>m/s as lifts in homes are sold, and shares of the slow and of the slow and usual together; assumption, typical of the field.</summary>
    private const double Slow = 1.0, Usual = 1.75, Fast = 2.5, SlowShare = 0.25, UsualShare = 0.85;

    /// <summary>Landings that such a lift serves from end to end in two minutes and to spare; assumption (GB 50096-2011 asks for lifts from 7 storeys up).</summary>
    private const int SlowFloors = 11, UsualFloors = 18, FastFloors = 33;

    private const uint Difference = 0x1200, PurposeAway = 0x1201, PurposeFloor = 0x1202, PurposeTrip = 0x1203;

    /// <returns>m/s.</returns>
    public static double RatedSpeed(ulong seed) => Chance.Uniform(seed, Difference, 0) switch { < SlowShare => Slow, < UsualShare => Usual, _ => Fast };

    public static int Floors(double ratedSpeed) => ratedSpeed switch { <= Slow => SlowFloors, <= Usual => UsualFloors, _ => FastFloors };

    public static LiftRide At(ulong seed, double time)
    {
        var slot = (long)Math.Floor(time / SlotSeconds);
        var rated = RatedSpeed(seed);
        var floors = Floors(rated);
        var from = FloorAt(seed, slot, floors);
        var to = FloorAt(seed, slot + 1, floors);
        if (from == to)
        {
            return new LiftRide(0, false, false, from);
        }

        var isRidden = Chance.Uniform(seed, PurposeTrip, slot * 3) >= EmptyShare;
        var into = time - (slot * SlotSeconds) - Wait - (WaitSpread * Chance.Uniform(seed, PurposeTrip, (slot * 3) + 1));
        var dwell = Dwell + (DwellSpread * Chance.Uniform(seed, PurposeTrip, (slot * 3) + 2));
        var ride = into - dwell - Lock;
        var distance = Storey * Math.Abs(to - from);
        var trip = TripSeconds(distance, rated);
        if (ride < 0)
        {
            return new LiftRide(0, isRidden && into >= 0 && into < dwell, isRidden && into >= dwell / 2, from);
        }

        if (ride < trip)
        {
            return new LiftRide(Math.Sign(to - from) * SpeedAt(ride, trip, rated), false, isRidden, from);
        }

        var left = ride - trip - Lock;
        return new LiftRide(0, left >= 0 && left < dwell, isRidden && left < dwell / 2, to);
    }

    /// <summary>A trapezoid, or a triangle when the way is too short to reach full speed.</summary>
    private static double TripSeconds(double distance, double rated) =>
        distance >= rated * rated / Acceleration ? (distance / rated) + (rated / Acceleration) : 2 * Math.Sqrt(distance / Acceleration);

    private static double SpeedAt(double ride, double trip, double rated) => Math.Min(rated, Acceleration * Math.Min(ride, trip - ride));

    private static int FloorAt(ulong seed, long slot, int floors)
    {
        var away = AwayAtRest + (AwayAtPeak * Course.Demand(slot * SlotSeconds));
        return Chance.Uniform(seed, PurposeAway, slot) < away ? 1 + (int)(Chance.Uniform(seed, PurposeFloor, slot) * (floors - 1)) : 0;
    }
}
