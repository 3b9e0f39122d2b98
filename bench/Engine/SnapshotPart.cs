using PingAnIoT.Ingest;
using PingAnIoT.Rules;

namespace PingAnIoT.Bench;

/// <summary>A snapshot of the city into a file, as a shard writes it, and back into a fresh engine.</summary>
internal static class SnapshotPart
{
    private const int Repeats = 3;

    public static void Measure(Engine engine, DeviceRegister register, RuleSet rules, Findings findings)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("pingan-bench-").FullName, "shard-0.state");
        try
        {
            var saves = Enumerable.Range(0, Repeats).Select(_ => Save(engine, path)).ToList();
            findings["save-ms"] = 1000 * Meter.Median(saves.Select(s => s.Stall));
            findings["written-ms"] = 1000 * Meter.Median(saves.Select(s => s.Written));
            findings["snapshot-bytes"] = new FileInfo(path).Length;
            findings["restore-ms"] = 1000 * Meter.Median([.. Enumerable.Range(0, Repeats).Select(_ => Restore(register, rules, path, findings))]);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    /// <returns>Seconds for which the shard stands still, and until all is in the file.</returns>
    private static (double Stall, double Written) Save(Engine engine, string path)
    {
        using var done = new ManualResetEventSlim();
        var stall = 0.0;
        var written = new Meter().Time(() =>
        {
            stall = new Meter().Time(() =>
            {
                var file = new WriteBehind(path);
                engine.Save(file);
                file.Finish(_ => done.Set());
            });
            done.Wait();
        });
        return (stall, written);
    }

    private static double Restore(DeviceRegister register, RuleSet rules, string path, Findings findings)
    {
        Meter.ResidentBytes();
        var restored = new Engine(register, rules, new EngineOptions(), _ => { });
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var seconds = new Meter().Time(() => restored.Restore(file));
        if (double.IsNaN(findings["restored-bytes"]))
        {
            Save(restored, path + ".again");
            findings["restored-bytes"] = new FileInfo(path + ".again").Length;
        }

        return seconds;
    }
}
