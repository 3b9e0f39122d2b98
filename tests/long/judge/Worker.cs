using System.Diagnostics;
using System.Globalization;

namespace PingAnIoT.Judge;

/// <summary>
/// Reads numbers of mutants, a line each, and says of each the test that killed it or that none did. Now and then all tests are run without one:
/// what a mutant has left behind (the engine's memory is its own) must not kill others.
/// </summary>
internal sealed class Worker : IDisposable
{
    /// <summary>Mutants judged between two looks at whether the tests still hold without one.</summary>
    public const int RunsBetweenChecks = 20;

    private readonly MutatedTests tests;
    private readonly string costs;
    private readonly StreamWriter output;
    private readonly TestTimer timer;

    private Worker(string folder, string[] classes, string costs)
    {
        this.costs = costs;
        tests = new MutatedTests(folder, classes);
        output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        timer = new TestTimer(tests, output);
        Console.SetOut(TextWriter.Null);
    }

    public static int Run(string folder, string[] classes, string costs)
    {
        using var worker = new Worker(folder, classes, costs);
        return worker.Run();
    }

    public void Dispose() => timer.Dispose();

    private int Run()
    {
        if (!tests.Recall(costs) && Check(tests.All) is { } failed)
        {
            output.WriteLine($"sick {failed}");
            return 1;
        }

        tests.Remember(costs);
        output.WriteLine("ready");
        for (var runs = 1; Console.ReadLine() is { } line; runs++)
        {
            output.WriteLine(Judge(int.Parse(line, CultureInfo.InvariantCulture)));
            if (runs % RunsBetweenChecks == 0 && Check(tests.All.Where(t => t.Cost < TimeSpan.FromMilliseconds(200))) is { } sick)
            {
                output.WriteLine($"sick {sick}");
                return 1;
            }

            output.WriteLine("next");
        }

        return 0;
    }

    private string Judge(int mutant)
    {
        // Whatever kills most for what it costs goes first.
        foreach (var test in tests.All.OrderByDescending(t => (t.Kills + 0.1) / (t.Cost.TotalMilliseconds + 1)).ToList())
        {
            timer.Begin(test);
            tests.Active = mutant;
            var fails = Fails(test);
            tests.Active = -1;
            if (timer.End() || fails)
            {
                test.Kills++;
                tests.Remember(costs);
                return $"{(timer.IsOver ? "timeout" : "killed")} {test.Name}";
            }
        }

        return "survived";
    }

    private string? Check(IEnumerable<MutatedTest> which)
    {
        foreach (var test in which)
        {
            var from = Environment.CpuUsage.TotalTime;
            if (Fails(test))
            {
                return test.Name;
            }

            var cost = Environment.CpuUsage.TotalTime - from;
            test.Cost = test.Cost == TimeSpan.Zero || cost < test.Cost ? cost : test.Cost;
        }

        return null;
    }

    private static bool Fails(MutatedTest test)
    {
        try
        {
            test.Run();
            return false;
        }
        catch (Exception e) when (e.GetBaseException().GetType().Name != "SkipException")
        {
            return true;
        }
    }
}
