using PingAnIoT.Rules;

namespace PingAnIoT.Bench;

/// <summary>
/// The parts of the engine's benchmark by name. Each runs in a process of its own, so that neither memory nor compiled code of one part tells on
/// another: <c>engine-part --part NAME --size N --interval S</c>.
/// </summary>
internal static class EngineParts
{
    private const double PackWindowSeconds = 600;

    public static int Run(BenchArguments arguments)
    {
        var findings = new Findings();
        try
        {
            Run(arguments.Text("part") ?? "", arguments.Count("size", 300_000), arguments.Number("interval", 10), arguments.Has("quick"), findings);
        }
        finally
        {
            findings.Print();
        }

        return findings.IsEmpty ? 2 : 0;
    }

    private static void Run(string part, int size, double interval, bool isQuick, Findings findings)
    {
        var round = isQuick ? 40_000 : 4_000_000;
        switch (part)
        {
            case "mean":
                Mean(size, interval, round, findings);
                break;
            case "five" or "fine":
                RatePart.Measure(Workload.Make(part, size), interval, 60, round, findings);
                break;
            case "plain":
                RatePart.CountChanges(size, findings);
                PeerCheck.Check(RatePart.CountChanges);
                break;
            case "pack":
                Pack(City.Make(City.Series / size), interval, round, findings);
                break;
            case "rx-buffer" or "rx-scan" or "rules-engine":
                PeerPart.Measure(part, size, findings);
                PeerCheck.Check((few, found) => PeerPart.Measure(part, few, found));
                break;
            case "shards-1" or "shards-2":
                ShardsPart.Measure(size, part[^1] - '0', findings);
                break;
            case "holds":
                TimersPart.Holds(size, findings);
                break;
            case "absences":
                TimersPart.Absences(size, findings);
                break;
            case "reload":
                ReloadPart.Measure(size, findings);
                break;
        }
    }

    /// <summary>Beside the loop by hand, so that both have the same machine: its memory is twice as fast at one time as at another.</summary>
    private static void Mean(int size, double interval, int round, Findings findings)
    {
        var workload = Workload.Make("mean", size);
        var hand = new HandLoop(new Feed([.. workload.Points], workload.Profiles, interval), Workload.DevicesOf(size).Larger);
        RatePart.Measure(workload, interval, 60, round, findings, hand);
    }

    private static void Pack(Workload workload, double interval, int round, Findings findings)
    {
        DeviceRegister? register = null;
        var kept = workload with { MakeRegister = () => register = workload.MakeRegister() };
        var run = RatePart.Measure(kept, interval, PackWindowSeconds, round, findings);
        SnapshotPart.Measure(run.Engine, register!, workload.Rules, findings);
    }
}
