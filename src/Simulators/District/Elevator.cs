namespace PingAnIoT.Simulators;

/// <summary>A passenger lift of 1.75 m/s: waits, runs with people in it, opens its doors.</summary>
public sealed class Elevator(string name, string gateway, Site site, int seed) : DistrictDevice("elevator", name, gateway, site, 2, seed)
{
    private const double RatedSpeed = 1.75;
    private double tripStart = double.MinValue;
    private double tripSeconds;
    private double nextTrip = double.MinValue;
    private int direction = 1;

    public override IReadOnlyList<FaultKind> Faults => [FaultKind.Entrapment, FaultKind.Overspeed, FaultKind.Shaking];

    protected override void Sample(double now)
    {
        if (now >= nextTrip)
        {
            tripStart = now;
            tripSeconds = 8 + (Random.NextDouble() * 30);
            direction = Random.Next(2) == 0 ? 1 : -1;
            nextTrip = now + tripSeconds + 10 + (Random.NextDouble() * 240 * (1.2 - Demand(now)));
        }

        var into = now - tripStart;
        var isRunning = into < tripSeconds;
        var isOpen = !isRunning && into < tripSeconds + 6;
        var speed = isRunning ? direction * RatedSpeed * Math.Clamp(Math.Min(into, tripSeconds - into) / 2, 0.1, 1) : 0;
        var isTrapped = FaultAge(FaultKind.Entrapment, now) >= 0;
        if (isTrapped)
        {
            (speed, isOpen, isRunning) = (0, false, false);
        }

        if (FaultAge(FaultKind.Overspeed, now) >= 0)
        {
            speed = 2.4 + Noise(0.02);
        }

        var isShaking = FaultAge(FaultKind.Shaking, now) >= 0;
        Put("speed", speed);
        Put("vibration", (isShaking ? 3.2 : 0.15) + (Math.Abs(speed) * 0.15) + Math.Abs(Noise(0.05)));
        Put("level-offset", isTrapped ? 900 : Noise(2));
        Put("door-open", isOpen);
        Put("occupied", isTrapped || isRunning || isOpen);
        Put("trapped", isTrapped);
        Put("fault-code", isTrapped ? 21 : 0);
    }
}
