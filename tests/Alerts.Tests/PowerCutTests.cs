using System.Globalization;
using PingAnIoT.PowerCut;

namespace PingAnIoT.Alerts.Tests;

/// <summary>
/// T-02 for the ledger: a child process keeps a ledger while everything it asks of its disk is recorded; then the power is cut at random
/// moments of that recording, and the ledger is opened on what would be left. A run with synchronous=NORMAL must lose, or the test is blind.
/// </summary>
public sealed class PowerCutTests
{
    private const int Seed = 2002;

    [Fact]
    public void T02_no_acknowledged_entry_is_lost_at_a_power_cut()
    {
        var cuts = int.Parse(Environment.GetEnvironmentVariable("PINGAN_POWER_CUTS") ?? "200", CultureInfo.InvariantCulture);
        var work = Directory.CreateTempSubdirectory("pingan-cut-").FullName;
        try
        {
            var (shim, reason) = ShimBuild.Build(work);
            if (shim is null)
            {
                (Environment.GetEnvironmentVariable("PINGAN_NO_SKIP") == "1").Should().BeFalse(reason);
                Assert.Skip(reason);
            }

            var full = Record(work, shim, "FULL");
            var (lost, acked) = CutAndCount(work, full, cuts, [CutMode.DropAll, CutMode.RandomSubset]);
            var control = Record(work, shim, "NORMAL");
            var (blind, _) = CutAndCount(work, control, 50, [CutMode.DropAll]);
            Threat.Report("T-02", cuts, lost.Count, $"ledger; seed {Seed}, {acked} cuts after an acknowledgement; control with synchronous=NORMAL lost in {blind.Count} of 50");
            lost.Should().BeEmpty();
            acked.Should().BeGreaterThan(cuts / 2);
            blind.Should().NotBeEmpty("a test that sees no loss without syncs would see none with them");
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static List<DiskOp> Record(string work, string shim, string synchronous)
    {
        var folder = Path.Combine(work, synchronous);
        var trace = folder + ".trace";
        Directory.CreateDirectory(folder);
        var (status, output) = ShimBuild.Run(
            Child(), [folder, synchronous], [("LD_PRELOAD", shim), ("POWERCUT_FOLDER", folder), ("POWERCUT_TRACE", trace)]);
        status.Should().Be(0, output);
        return DiskTrace.Read(trace);
    }

    /// <summary>The child is built beside the tests, in the same configuration: tests/PowerCut/LedgerChild/bin/CONFIGURATION/FRAMEWORK.</summary>
    private static string Child()
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        var tests = framework.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(
            tests, "PowerCut", "LedgerChild", "bin", framework.Parent.Name, framework.Name, "PingAnIoT.LedgerChild");
    }

    private static (List<string> Lost, int Acked) CutAndCount(string work, List<DiskOp> ops, int cuts, CutMode[] modes)
    {
        var random = new Random(Seed);
        var moments = Enumerable.Range(0, cuts).Select(_ => random.Next(1, ops.Count + 1)).Order().ToList();
        var lost = new List<string>();
        var disk = new CutDisk();
        var done = 0;
        var acked = 0;
        for (var i = 0; i < moments.Count; i++)
        {
            while (done < moments[i])
            {
                disk.Apply(ops[done++]);
            }

            var mode = modes[i % modes.Length];
            var folder = Directory.CreateDirectory(Path.Combine(work, "after")).FullName;
            disk.CutInto(folder, mode, random, random.Next(2) == 0 ? 512 : 4096);
            var expected = disk.LastAck.Length == 0 ? 0 : long.Parse(disk.LastAck, CultureInfo.InvariantCulture);
            acked += expected > 0 ? 1 : 0;
            if (WhatIsWrong(folder, expected) is { } wrong)
            {
                lost.Add($"cut at {moments[i]} of {ops.Count}, {mode}: {wrong}");
            }

            Directory.Delete(folder, recursive: true);
        }

        return (lost, acked);
    }

    private static string? WhatIsWrong(string folder, long acked)
    {
        if (acked == 0 && !File.Exists(Path.Combine(folder, SqliteDatabase.FileName)))
        {
            return null;
        }

        if (acked == 0)
        {
            // Nothing was promised; but the program must come up on it.
            using var opened = LedgerStore.Open(new LedgerOptions { Folder = folder });
            return opened.FindDamage();
        }

        var report = LedgerVerifier.Verify(folder);
        return report.Entries < acked ? $"{acked} acknowledged, {report.Entries} found" : report.IsSound ? null : string.Join("; ", report.Findings);
    }
}
