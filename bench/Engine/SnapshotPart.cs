using PingAnIoT.Rules;

namespace PingAnIoT.Bench;

/// <summary>A snapshot of the city into a file, as a shard writes it, and back into a fresh engine.</summary>
internal static class SnapshotPart
{
    private const int BufferBytes = 1024 * 1024;
    private const int Repeats = 3;

    public static void Measure(Engine engine, DeviceRegister register, RuleSet rules, Findings findings)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("pingan-bench-").FullName, "shard-0.state");
        try
        {
            findings["save-ms"] = 1000 * Meter.Median([.. Enumerable.Range(0, Repeats).Select(_ => new Meter().Time(() => Save(engine, path)))]);
            findings["snapshot-bytes"] = new FileInfo(path).Length;
            findings["restore-ms"] = 1000 * Meter.Median([.. Enumerable.Range(0, Repeats).Select(_ => Restore(register, rules, path, findings))]);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    private static void Save(Engine engine, string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes);
        engine.Save(file);
    }

    private static double Restore(DeviceRegister register, RuleSet rules, string path, Findings findings)
    {
        Meter.ResidentBytes();
        var restored = new Engine(register, rules, new EngineOptions(), _ => { });
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes);
        var seconds = new Meter().Time(() => restored.Restore(file));
        if (double.IsNaN(findings["restored-bytes"]))
        {
            Save(restored, path + ".again");
            findings["restored-bytes"] = new FileInfo(path + ".again").Length;
        }

        return seconds;
    }
}
