namespace PingAnIoT.Simulators;

/// <summary>A photoelectric smoke detector with a battery and a thermistor; dust lifts its zero over the months.</summary>
public sealed class SmokeDetector(string name, string gateway, Site site, int seed) : DistrictDevice("smoke-detector", name, gateway, site, 10, seed)
{
    private double dust = -1;
    private double battery;

    public override IReadOnlyList<FaultKind> Faults => [FaultKind.Smouldering, FaultKind.FastFire, FaultKind.BatteryLow];

    protected override void Sample(double now)
    {
        if (dust < 0)
        {
            dust = Random.NextDouble() * 0.01;
            battery = 60 + (Random.NextDouble() * 40);
        }

        dust += 1e-8;
        var smoke = dust + Math.Abs(Noise(0.002));
        var temperature = 22 + (3 * Demand(now)) + Noise(0.2);
        if (FaultAge(FaultKind.Smouldering, now) is >= 0 and var smoulder)
        {
            smoke += Math.Min(0.45, 0.12 + (smoulder * 0.004));
            temperature += Math.Min(20, smoulder * 0.1);
        }

        if (FaultAge(FaultKind.FastFire, now) is >= 0 and var fire)
        {
            smoke += Math.Min(2.5, 0.8 + (fire * 0.05));
            temperature += Math.Min(60, 30 + fire);
        }

        Put("smoke", smoke);
        Put("temperature", temperature);
        Put("battery", FaultAge(FaultKind.BatteryLow, now) >= 0 ? 7 : battery);
        Put("alarm", smoke > 0.3);
    }
}
