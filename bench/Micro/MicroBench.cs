using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace PingAnIoT.Bench;

/// <summary>
/// The small things, one by one, by BenchmarkDotNet: what a reading, a window, a transition, a rule file and a message cost, and what they allocate. In this
/// process, so that nothing is restored or built for it.
/// </summary>
internal static class MicroBench
{
    private const int Iterations = 9;
    private static readonly TimeInterval IterationTime = TimeInterval.FromMilliseconds(100);

    /// <returns>0; 1 when one of them failed.</returns>
    public static int Run(BenchArguments arguments)
    {
        var artifacts = Directory.CreateTempSubdirectory("pingan-micro-");
        try
        {
            var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(3).WithIterationCount(Iterations).WithIterationTime(IterationTime);
            var config = ManualConfig.CreateEmpty().AddColumnProvider(DefaultColumnProviders.Instance).AddDiagnoser(MemoryDiagnoser.Default)
                .AddLogger(ConsoleLogger.Default).AddJob(arguments.Has("quick") ? Job.Dry.WithToolchain(InProcessEmitToolchain.Instance) : job)
                .WithArtifactsPath(artifacts.FullName);
            var report = new Report("Small things, by BenchmarkDotNet", "what", "median ns", "of the middle half", "B allocated") { Company = "nothing else" };
            Summary[] summaries =
            [
                BenchmarkRunner.Run<QuietMicro>(config), BenchmarkRunner.Run<TransitionMicro>(config), BenchmarkRunner.Run<WindowMicro>(config),
                BenchmarkRunner.Run<RuleFileMicro>(config), BenchmarkRunner.Run<MessageMicro>(config),
            ];
            foreach (var each in summaries.SelectMany(s => s.Reports))
            {
                Add(report, each);
            }

            report.Note(string.Create(CultureInfo.InvariantCulture, $"Medians of {Iterations} iterations of 0.1 s each, in one process; per reading, window, file or message as the row says"));
            report.Note("A reading: one of a device whose windows are full, given in blocks of 1,000, with the writing of its time; 0 B are allocated unless something changes");
            if (arguments.Has("quick"))
            {
                report.Print();
            }
            else
            {
                report.Write("micro");
            }

            return summaries.All(s => s.Reports.Length > 0 && s.Reports.All(r => r.Success)) ? 0 : 1;
        }
        finally
        {
            artifacts.Delete(recursive: true);
        }
    }

    private static void Add(Report report, BenchmarkReport each)
    {
        var name = $"{each.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo.Trim('\'')} {Quoted(each.BenchmarkCase.Parameters.Items is [var of, ..] ? of.Value : null)}".Trim();
        if (each.ResultStatistics is { } times)
        {
            report.Row(name, Show(times.Median), $"{Show(times.Q1)} – {Show(times.Q3)}", each.GcStats.GetBytesAllocatedPerOperation(each.BenchmarkCase) ?? 0);
        }
        else
        {
            report.Row(name, "failed", "", "");
        }
    }

    private static string Quoted(object? parameter) => parameter is null ? "" : $"`{parameter}`";

    private static string Show(double nanos) => nanos.ToString(nanos < 100 ? "F1" : "N0", CultureInfo.InvariantCulture);
}
