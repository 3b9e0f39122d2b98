namespace PingAnIoT.Simulators;

/// <summary>A 7 kW pile under a residential block: sessions of some hours with a ramp, a plateau and a taper.</summary>
public sealed class ChargingPile(string name, string gateway, Site site, int seed) : DistrictDevice("charging-pile", name, gateway, site, 5, seed)
{
    private const double RatedCurrent = 32;
    private double sessionStart = double.MinValue;
    private double sessionSeconds;
    private double nextSession = double.MinValue;
    private double energy;
    private double last = double.MinValue;
    private double heat;

    public override IReadOnlyList<FaultKind> Faults => [FaultKind.Overheating, FaultKind.LeakageCurrent];

    protected override void Sample(double now)
    {
        if (now >= nextSession)
        {
            sessionSeconds = 1800 + (Random.NextDouble() * 10_000);
            sessionStart = now - (last == double.MinValue ? Random.NextDouble() * sessionSeconds : 0);
            nextSession = sessionStart + sessionSeconds + 300 + (Random.NextDouble() * 6000);
        }

        var into = now - sessionStart;
        var overheating = FaultAge(FaultKind.Overheating, now);
        var isCharging = into < sessionSeconds || overheating >= 0;
        var current = isCharging ? RatedCurrent * Math.Clamp(Math.Min(into / 20, (sessionSeconds - into) / 900), 0.1, 1) : 0;
        var voltage = 225 - (0.1 * current) + Noise(0.6);
        var power = current * voltage / 1000;
        energy += last == double.MinValue ? 1000 + (Random.NextDouble() * 9000) : power * (now - last) / 3600;
        heat += (last == double.MinValue ? 1 : Math.Min(1, (now - last) / 600)) * ((power * 3.2) - heat);
        last = now;

        Put("current", current + (isCharging ? Noise(0.1) : 0));
        Put("voltage", voltage);
        Put("temperature", overheating >= 0 ? Math.Min(118, 72 + (overheating * 1.5)) + Noise(0.5) : 24 + heat + Noise(0.4));
        Put("leakage", FaultAge(FaultKind.LeakageCurrent, now) >= 0 ? 38 + Noise(1) : 1.5 + Math.Abs(Noise(0.3)));
        Put("power", power);
        Put("energy", energy);
        Put("charging", isCharging);
    }
}
