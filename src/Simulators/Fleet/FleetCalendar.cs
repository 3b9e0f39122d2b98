namespace PingAnIoT.Simulators;

/// <summary>
/// When devices report: per gateway and interval the devices in order of their phase, in one flat array of 4 bytes a device. The report times of a device are
/// its phase plus whole multiples of its interval, counted from 1970. Threading: immutable.
/// </summary>
internal sealed class FleetCalendar
{
    private readonly Fleet fleet;
    private readonly int[] devices;
    private readonly int[] firstLanes;

    public FleetCalendar(Fleet fleet)
    {
        this.fleet = fleet;
        var keys = new ulong[fleet.Devices];
        devices = new int[fleet.Devices];
        for (var number = 0; number < devices.Length; number++)
        {
            // Gateway, interval, phase; of equal ones the device decides, so the order never depends on the sort.
            var interval = (ulong)(fleet.PartOf(number).ReportMillis(number) / 1000);
            keys[number] = ((ulong)fleet.GatewayOf(number) << 50) | (interval << 32) | (uint)fleet.PhaseMillis(number);
            devices[number] = number;
        }

        Array.Sort(keys, devices);
        BreakTies(keys, devices);
        var lanes = new List<Lane>();
        firstLanes = new int[fleet.Gateways.Length + 1];
        for (var i = 0; i < keys.Length; i++)
        {
            if (i == 0 || keys[i] >> 32 != keys[i - 1] >> 32)
            {
                lanes.Add(new Lane((int)(keys[i] >> 50), (int)((keys[i] >> 32) & 0x3FFFF) * 1000, i, 0));
            }

            lanes[^1] = lanes[^1] with { Count = lanes[^1].Count + 1 };
        }

        Lanes = [.. lanes];
        foreach (var lane in Lanes)
        {
            firstLanes[lane.Gateway + 1]++;
        }

        for (var g = 0; g < fleet.Gateways.Length; g++)
        {
            firstLanes[g + 1] += firstLanes[g];
        }
    }

    public Lane[] Lanes { get; }

    /// <summary>Indices into <see cref="Lanes"/> of one gateway: from, up to but not including.</summary>
    public (int From, int To) LanesOf(int gateway) => (firstLanes[gateway], firstLanes[gateway + 1]);

    public int Device(in Lane lane, int index) => devices[lane.First + index];

    /// <summary>The first report of a lane at or after a moment.</summary>
    /// <returns>Index in the lane, and the start of its cycle in Unix milliseconds.</returns>
    public (int Index, long CycleMillis) Seek(in Lane lane, long millis)
    {
        var cycle = millis / lane.IntervalMillis * lane.IntervalMillis;
        var phase = (int)(millis - cycle);
        var (low, high) = (0, lane.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = fleet.PhaseMillis(Device(lane, middle)) < phase ? (middle + 1, high) : (low, middle);
        }

        return low < lane.Count ? (low, cycle) : (0, cycle + lane.IntervalMillis);
    }

    private static void BreakTies(ulong[] keys, int[] devices)
    {
        for (var i = 0; i < keys.Length;)
        {
            var end = i + 1;
            while (end < keys.Length && keys[end] == keys[i])
            {
                end++;
            }

            if (end - i > 1)
            {
                Array.Sort(devices, i, end - i);
            }

            i = end;
        }
    }

    /// <summary>Devices of one gateway and interval.</summary>
    internal readonly record struct Lane(int Gateway, int IntervalMillis, int First, int Count);
}
