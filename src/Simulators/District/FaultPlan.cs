namespace PingAnIoT.Simulators;

/// <summary>
/// When which device fails: a handful at once at the start, so that a visitor sees every colour within seconds, then one now and then.
/// All from the seed. The plan is also the ground truth.
/// </summary>
public sealed class FaultPlan
{
    /// <summary>What the start shows: dangers of life first.</summary>
    private static readonly FaultKind[] Opening =
    [
        FaultKind.Entrapment, FaultKind.GasBurst, FaultKind.FastFire, FaultKind.Overheating, FaultKind.OverPressure,
        FaultKind.SlowLeak, FaultKind.RaisedPressure, FaultKind.LeakageCurrent, FaultKind.BatteryLow, FaultKind.Shaking, FaultKind.Smouldering,
    ];

    private readonly District district;
    private readonly Random random;
    private double next;

    /// <param name="district">Its devices are given their faults.</param>
    /// <param name="startSeconds">Unix time; the opening faults began <paramref name="openingAgeSeconds"/> before.</param>
    /// <param name="openingAgeSeconds">So that windows and holds are already filled by what the gateways had stored.</param>
    public FaultPlan(District district, double startSeconds, double openingAgeSeconds)
    {
        this.district = district;
        random = new Random(district.Seed + 1);
        foreach (var kind in Opening)
        {
            Begin(kind, startSeconds - openingAgeSeconds, startSeconds + 60 + (random.NextDouble() * 120));
        }

        next = startSeconds + 10;
    }

    /// <summary>Every fault so far with its device: the ground truth.</summary>
    public List<(DistrictDevice Device, Fault Fault)> Truth { get; } = [];

    /// <summary>Starts what is due.</summary>
    public void Advance(double now)
    {
        while (now >= next)
        {
            var kinds = Enum.GetValues<FaultKind>();
            Begin(kinds[random.Next(kinds.Length)], next, next + 45 + (random.NextDouble() * 150));
            next += 10 + (random.NextDouble() * 20);
        }
    }

    private void Begin(FaultKind kind, double start, double end)
    {
        var healthy = district.Devices.Where(d => d.Faults.Contains(kind) && (d.Fault is null || d.Fault.EndSeconds < start)).ToList();
        if (healthy.Count > 0)
        {
            var device = healthy[random.Next(healthy.Count)];
            device.Fault = new Fault(kind, start, end);
            Truth.Add((device, device.Fault));
        }
    }
}
