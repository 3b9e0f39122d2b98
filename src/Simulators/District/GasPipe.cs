namespace PingAnIoT.Simulators;

/// <summary>A medium-pressure gas main with a methane probe in its well: pressure sags as the district cooks.</summary>
public sealed class GasPipe(string name, string gateway, Site site, int seed) : DistrictDevice("gas-pipe", name, gateway, site, 5, seed)
{
    private const double NightPressureKilopascals = 375;
    private double drift;

    public override IReadOnlyList<FaultKind> Faults =>
        [FaultKind.RaisedPressure, FaultKind.OverPressure, FaultKind.SlowLeak, FaultKind.GasBurst];

    protected override void Sample(double now)
    {
        var demand = Demand(now);
        drift = (0.98 * drift) + Noise(0.8);
        var pressure = NightPressureKilopascals - (35 * demand) + drift + Noise(0.6);
        var methane = Math.Abs(Noise(0.25));
        if (FaultAge(FaultKind.RaisedPressure, now) >= 0)
        {
            pressure = 432 + Noise(1.5);
        }

        if (FaultAge(FaultKind.OverPressure, now) is >= 0 and var over)
        {
            pressure = 455 + Math.Min(60, over * 4) + Noise(2);
        }

        if (FaultAge(FaultKind.SlowLeak, now) is >= 0 and var leak)
        {
            methane = Math.Min(18, 8 + (leak * 0.1)) + Math.Abs(Noise(0.3));
        }

        if (FaultAge(FaultKind.GasBurst, now) is >= 0 and var burst)
        {
            methane = Math.Min(70, 35 + burst) + Noise(1);
            pressure -= 60;
        }

        Put("pressure", pressure);
        Put("methane", methane);
        Put("flow", 20 + (160 * demand) + Noise(2));
        Put("temperature", 16 + Noise(0.2));
        Put("valve", true);
    }
}
